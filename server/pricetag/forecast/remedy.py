"""What an author can do about a function that has no forecast."""

from __future__ import annotations

# By how the reason begins; the first that fits. Reasons come from ``syntax``, ``workload.refusal``, ``abstain``,
# ``growth.select``, the forecaster and the editor's scheduler.
_REMEDIES = (
    (("syntax error", "missing "), "the forecast is back once the syntax is whole"),
    (("too long",), "split the function: its parts get forecasts of their own"),
    (("unlike every function",), "measure it: `pricetag measure` runs it where a model would guess"),
    (
        ("too uncertain",),
        "state the inputs in a `pricetag:` comment, or allow more in the setting `pricetag.maximumInterval`",
    ),
    (
        ("n = ",),
        "choose another n in the setting `pricetag.size`, or in the function's `pricetag:` comment",
    ),
    (("the model forecasts none",), "choose other metrics in the setting `pricetag.hints.metrics`"),
    (("the model does not know",), "name another model in the setting `pricetag.model`"),
    (("the model's process died", "the model failed"), "restart the server to have it tried again"),
    (
        ("uses ", "reads ", "sleeps", "waits ", "starts "),
        "move what computes into a function of its own: that one gets a forecast",
    ),
)


def remedy(reason: str) -> str:
    """What would help against ``reason``, for people; "" where nothing is known to."""
    return next((help_ for beginnings, help_ in _REMEDIES if reason.startswith(beginnings)), "")
