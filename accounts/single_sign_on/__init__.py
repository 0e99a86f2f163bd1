"""Single sign-on by OpenID Connect. The one door to allauth's provider; its pages are not used."""
