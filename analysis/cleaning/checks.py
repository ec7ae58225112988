"""What is asked across cells: every check with the file that it asks about, in order."""

from analysis.cleaning import (
    copy_checks,
    event_checks,
    form_checks,
    person_checks,
    visit_checks,
    whole_checks,
)
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.state import CleaningState

# By the file that is asked about, in the order of the log.
CHECKS = {
    REDCAP: (
        form_checks.find_required,
        form_checks.find_not_asked,
        form_checks.find_absent_forms,
        form_checks.find_totals,
        form_checks.find_calculations,
        copy_checks.find_copies,
        visit_checks.find_swapped_sides,
        visit_checks.find_scales,
        visit_checks.find_disorder,
        visit_checks.find_outside_windows,
        form_checks.find_volumes,
        form_checks.find_product,
        form_checks.find_ulcer_gates,
        form_checks.find_unreported_ulcers,
        form_checks.find_uncoded_events,
        form_checks.find_ulcer_scales,
        event_checks.find_outcome_disagreements,
        event_checks.find_seriousness,
        event_checks.find_exit_disagreements,
        event_checks.find_far_events,
        event_checks.find_repeated_rows,
        event_checks.find_repeated_ulcers,
        person_checks.find_treated_ineligible,
        person_checks.find_smoking,
        person_checks.find_bodies,
        person_checks.find_ages,
        person_checks.find_twins,
        person_checks.find_early_consent,
        person_checks.find_early_exits,
        person_checks.find_far_fingers,
        person_checks.find_reversed_scales,
        whole_checks.find_other_arms,
    ),
    DIARY: (visit_checks.find_stray_entries, copy_checks.find_copied_days),
    CAPILLAROSCOPY: (
        visit_checks.find_early_readings,
        copy_checks.find_copied_readings,
        whole_checks.find_shared_images,
    ),
}


def apply_checks(state: CleaningState) -> CleaningState:
    """Ask about everything that contradicts something else."""
    for source, checks in CHECKS.items():
        state = state.apply([each for check in checks for each in check(state)], source)
    return state
