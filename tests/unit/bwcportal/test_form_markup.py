"""Django forms as GOV.UK components."""

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template

from accounts.form_fields import HintedRadioSelect, SplitDateField


class SampleForm(forms.Form):
    when = SplitDateField(label="Date of the incident")
    place = forms.CharField(label="Where", help_text="A street <b>or</b> a building", max_length=9)
    finding = forms.ChoiceField(
        label="What do you find?",
        choices=[("yes", "Acceptable"), ("unable", "Unable")],
        widget=HintedRadioSelect(hints={"unable": "With a reason"}),
    )
    reason = forms.CharField(label="Why?", required=False)
    known = forms.BooleanField(label="Time not known", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def drawn(source, form):
    return Template(source).render(Context({"form": form}))


def test_a_field_has_label_hint_and_class():
    page = drawn("{{ form.place.as_field_group }}", SampleForm())
    assert '<label class="govuk-label" for="id_place">Where</label>' in page
    assert 'id="id_place_helptext"' in page
    assert 'class="govuk-input"' in page
    assert 'aria-describedby="id_place_helptext"' in page
    assert "govuk-form-group--error" not in page


def test_hints_are_escaped():
    assert "&lt;b&gt;" in drawn("{{ form.place.as_field_group }}", SampleForm())


def test_a_wrong_field_says_so_to_everybody():
    page = drawn("{{ form.place.as_field_group }}", SampleForm({"place": "<i>0123456789"}))
    assert "govuk-form-group--error" in page
    assert 'class="govuk-input govuk-input--error"' in page
    assert 'aria-describedby="id_place_helptext id_place_error"' in page
    assert 'id="id_place_error"' in page
    assert 'value="&lt;i&gt;0123456789"' in page


def test_the_summary_links_to_the_control_and_repeats_the_words():
    typed = {"when_day": "18", "when_year": "2026", "place": "Here"}
    form = SampleForm(typed)
    page = drawn("{% error_summary form %}{{ form }}", form)
    assert '<a href="#id_when_month">Date of the incident must include a month</a>' in page
    assert page.count("Date of the incident must include a month") == 2
    assert '<a href="#id_finding_0">' in page
    assert 'id="id_finding_0"' in page
    assert "Check 2 answers" in page


def test_the_summary_of_an_untouched_form_is_nothing():
    assert drawn("{% error_summary form %}", SampleForm()).strip() == ""


def test_errors_of_the_whole_form_are_in_the_summary_without_a_link():
    form = SampleForm({})
    form.is_valid()
    form.add_error(None, "Both cannot be true")
    page = drawn("{% error_summary form %}", form)
    assert "<li>Both cannot be true</li>" in page
    assert "Check 3 answers" in page


def test_a_summary_without_a_field_asks_for_no_answer_to_be_checked():
    form = SampleForm({"when_day": "18", "when_month": "11", "when_year": "2026"})
    form.is_valid()
    form.errors.clear()
    form.add_error(None, "There were too many wrong tries")
    page = drawn("{% error_summary form %}", form)
    assert "There is a problem" in page
    assert "Check" not in page


def test_split_date_keeps_what_was_typed():
    page = drawn(
        "{{ form.when.as_field_group }}",
        SampleForm({"when_day": "31", "when_month": "Feb", "when_year": "2026"}),
    )
    assert 'value="Feb"' in page
    assert page.count("govuk-input--error") == 1
    assert "You entered 31 Feb 2026" in page
    assert "<fieldset" in page
    assert "<legend" in page


def test_radios_have_hints_and_open_further_questions():
    page = drawn(
        '{% choices form.finding "unable" form.reason %}', SampleForm({"finding": "unable"})
    )
    assert "With a reason" in page
    assert 'data-opens="id_finding_1_more"' in page
    assert 'id="id_finding_1_more"' in page
    assert page.index("id_finding_1_more") < page.index('name="reason"')
    assert " checked" in page


def test_choices_refuse_what_cannot_be_meant():
    with pytest.raises(ValueError, match="never"):
        drawn('{% choices form.finding "never" form.reason %}', SampleForm())
    with pytest.raises(ValueError, match="a value and a field"):
        drawn('{% choices form.finding "unable" %}', SampleForm())


def test_a_single_checkbox_has_its_label_behind_it():
    page = drawn("{{ form.known.as_field_group }}", SampleForm())
    assert page.index("govuk-checkboxes__input") < page.index("Time not known")


def test_hidden_fields_have_no_group():
    page = " ".join(drawn("{{ form }}", SampleForm(QueryDict("secret=7"))).split())
    assert '<input type="hidden" name="secret" value="7" id="id_secret"' in page
