"""Second factors: codes of an app, recovery codes, passkeys. The one door to allauth's factors."""
