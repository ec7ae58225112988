"""Every rule across cells asks about its smallest example, and about nothing that may be so."""

from dataclasses import replace

import pandas as pd
import pytest
from small_site import clean_site

from analysis.cleaning import clean_export
from analysis.cleaning.export import CAPILLAROSCOPY, CORRECTIONS, DIARY, REDCAP
from analysis.demo.export import make_export

FORM, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"


SCALES = ("vas_pain", "vas_rp", "vas_du", "vas_gi", "vas_lung", "vas_overall", "shaq_line")

TESTS = ("lab_wbc", "lab_hb", "lab_plt", "lab_creatinine", "lab_crp")


class Site:
    """The tables of an export, changed person by person as a site would."""

    def __init__(self, tables):
        self.tables = {name: table.astype("str").copy() for name, table in tables.items()}

    def find(self, who, visit, form=""):
        main = self.tables[REDCAP]
        here = (main["record_id"] == who) & (main[FORM] == form)
        return main.index[here & main["redcap_event_name"].eq(f"{visit}_arm_1")]

    def read(self, who, visit, name, form=""):
        return self.tables[REDCAP].loc[self.find(who, visit, form)[0], name]

    def write(self, who, visit, form="", **cells):
        for name, text in cells.items():
            self.tables[REDCAP].loc[self.find(who, visit, form)[0], name] = text

    def event(self, who, **cells):
        """Rewrite the first adverse event of a person."""
        main = self.tables[REDCAP]
        place = main.index[(main["record_id"] == who) & (main[FORM] == "adverse_event")][0]
        for name, text in cells.items():
            main.loc[place, name] = text
        return place

    def again(self, who, form, **cells):
        """Add a copy of the first row of a form under the next number."""
        main = self.tables[REDCAP]
        rows = main[(main["record_id"] == who) & (main[FORM] == form)]
        if rows.empty:
            rows = main[main[FORM] == form].assign(record_id=who)
        number = str(pd.to_numeric(rows[INSTANCE]).max() + 1)
        row = rows.iloc[0].to_dict() | {INSTANCE: number} | cells
        main.loc[main.index.max() + 1] = row

    def day(self, who, visit, days):
        date = self.read(who, visit, "visit_date")
        return str((pd.Timestamp(date) + pd.Timedelta(days=days)).date())

    def start(self, who, days):
        """Return the day this long after the procedure."""
        day = pd.Timestamp(self.read(who, "procedure", "anaesthesia_start")[:10])
        return str((day + pd.Timedelta(days=days)).date())

    def copy(self, who, visit, whom, when, start):
        main = self.tables[REDCAP]
        there, here = self.find(whom, when)[0], self.find(who, visit)[0]
        for name in [name for name in main.columns if name.startswith(start)]:
            main.loc[here, name] = main.loc[there, name]

    def drop(self, file, rows):
        self.tables[file] = self.tables[file][~rows].reset_index(drop=True)


def _die(site, who, *, days, **exit_cells):
    day = site.start(who, days)
    site.event(
        who, ae_grade="5", ae_outcome="5", ae_serious="1", ae_serious_why="1",
        ae_start=day, ae_stop=day,
    )  # fmt: skip
    ended = {"disp_status": "2", "disp_reason": "4", "disp_date": day} | exit_cells
    site.write(who, "week_12", **ended)


def _add_ulcer(site, who, times):
    for _ in range(times):
        site.again(
            who, "digital_ulcer", redcap_event_name="week_12_arm_1", du_side="1", du_finger="3",
            du_active="1", du_new="0", du_healed="0", du_size_mm="4.5",
        )  # fmt: skip
    site.write(who, "week_12", du_any="1")


def _add_lasting_ulcer(site, who, **event):
    """An ulcer that is new at week 4 and active at week 12, whose event ends in between."""
    for visit, new in (("week_4", "1"), ("week_12", "0")):
        site.again(
            who, "digital_ulcer", redcap_event_name=f"{visit}_arm_1", du_side="1", du_finger="2",
            du_active="1", du_new=new, du_healed="0", du_size_mm="3.5",
        )  # fmt: skip
    site.write(who, "week_12", du_any="1")
    site.write(who, "week_4", du_any="1")
    site.event(
        who, ae_term="New ulcer", ae_coded="Digital ulcer", ae_start=site.day(who, "week_4", -3),
        **{"ae_stop": site.day(who, "week_4", 9), "ae_ongoing": "0", "ae_outcome": "1"} | event,
    )  # fmt: skip


def _grade_absent(site, who, counts):
    """Grade giants as absent in the first images of a reader, and count these in them."""
    images = site.tables[CAPILLAROSCOPY]
    here = images["record_id"].eq(who) & images["event"].eq("baseline_arm_1")
    mine = images.index[here & images["reader"].eq("A")]
    for row, count in zip(mine, counts, strict=False):
        images.loc[row, ["giants", "n_giants"]] = ["0", str(count)]


def _drop_images(site, who, visit):
    images = site.tables[CAPILLAROSCOPY]
    site.drop(CAPILLAROSCOPY, (images["record_id"] == who) & (images["event"] == f"{visit}_arm_1"))


def _drop_diary(site, who):
    diary = site.tables[DIARY]
    since = diary["entry_date"] > site.start(who, 30)
    site.drop(DIARY, (diary["record_id"] == who) & since)


def _share_image(site, who):
    images = site.tables[CAPILLAROSCOPY]
    mine = images.index[(images["record_id"] == who) & (images["reader"] == "A")]
    other = images[(images["record_id"] != who) & (images["reader"] == "A")]
    images.loc[mine[0], "image_id"] = other["image_id"].iloc[-1]


def _rename(site, who, name):
    main = site.tables[REDCAP]
    rows = main["record_id"].eq(who) & main[FORM].eq("medication")
    main.loc[rows, "record_id"] = name


def _move_arm(site, who):
    main = site.tables[REDCAP]
    main.loc[site.find(who, "week_4"), "redcap_event_name"] = "week_4_arm_2"


def _reverse(site, who, start, top):
    main = site.tables[REDCAP]
    here = site.find(who, "week_12")[0]
    for name in main.columns[main.columns.str.fullmatch(start)]:
        main.loc[here, name] = str(top - int(main.loc[here, name]))


def _smoke(site, who, history, early, last):
    for visit in ("screening", "baseline", "procedure", "week_1", "week_4"):
        site.write(who, visit, smoking_now=early)
    site.write(who, "screening", smoking=history)
    site.write(who, "week_12", smoking_now=last)


def _shout(site, who):
    place = site.event(who)
    site.event(who, ae_coded=site.tables[REDCAP].loc[place, "ae_coded"].upper())


def _take(site, who, **cells):
    """List another medicine of a person."""
    listed = {"cm_name": "Vitamin D", "cm_class": "7", "cm_dose": "800", "cm_unit": "IU/day"}
    site.again(who, "medication", **listed | cells)


def _carry_ulcer(site, who, there, new):
    """Put one active ulcer, the person's only one, to baseline, week 4 and week 12."""
    main = site.tables[REDCAP]
    site.drop(REDCAP, main["record_id"].eq(who) & main[FORM].eq("digital_ulcer"))
    for visit, held, fresh in zip(("baseline", "week_4", "week_12"), there, new, strict=True):
        site.write(who, visit, du_any=held)
        if held == "1":
            site.again(
                who, "digital_ulcer", redcap_event_name=f"{visit}_arm_1", du_side="1",
                du_finger="4", du_active="1", du_new=fresh, du_healed="0", du_size_mm="4.5",
            )  # fmt: skip
    site.write(who, "screening", du_history="1")


def _rate_days(site, who, rating, days=14):
    """Give the first days of the diary before week 12 a rating, and drop the other ones."""
    diary = site.tables[DIARY]
    late = diary["record_id"].eq(who) & diary["entry_date"].gt(site.start(who, 30))
    diary.loc[late, "rating"] = rating
    site.drop(DIARY, late & (late.cumsum() > days))


def _grade_image(site, who, **cells):
    """Change the first image of a person that one reader alone has read."""
    images = site.tables[CAPILLAROSCOPY]
    once = ~images["image_id"].duplicated(keep=False) & images["record_id"].eq(who)
    images.loc[images.index[once][0], list(cells)] = list(cells.values())


def _hurt_between(site, who):
    """Two unscheduled visits, and a new ulcer, reported as an event of the second one."""
    main, extra = site.tables[REDCAP], "unscheduled_arm_1"
    for number, days in enumerate((20, 60), 1):
        row = dict.fromkeys(main, "") | {"record_id": who, "redcap_event_name": extra}
        when = {INSTANCE: str(number), FORM: "visit", "visit_date": site.start(who, days)}
        main.loc[main.index.max() + 1] = row | when | {"du_any": "1", "visit_complete": "2"}
    _carry_ulcer(site, who, "000", "000")
    site.again(who, "digital_ulcer", redcap_event_name=extra, du_side="1", du_finger="4",
               du_active="1", du_new="1", du_healed="0", du_size_mm="4.5")  # fmt: skip
    site.event(who, ae_coded="Digital ulcer", ae_class="Skin", ae_start=site.start(who, 58),
               ae_stop=site.start(who, 65))  # fmt: skip


# Rule; what a site does to one person; which further rules rightly ask about the same.
CASES = [
    ("death_disagrees", lambda s, w: s.event(w, ae_grade="5", ae_serious="1", ae_serious_why="1"),
     {"death_elsewhere"}),
    ("death_disagrees", lambda s, w: s.event(w, ae_grade="2", ae_outcome="5", ae_serious="1",
                                             ae_serious_why="1"), {"death_elsewhere"}),
    ("recovery_disagrees", lambda s, w: s.event(w, ae_ongoing="1", ae_stop=""), set()),
    ("serious_disagrees", lambda s, w: s.event(w, ae_grade="5", ae_outcome="5"),
     {"death_elsewhere", "after_end", "after_end_row"}),
    ("criterion_missing", lambda s, w: s.event(w, ae_serious="1"), set()),
    ("not_asked_for", lambda s, w: s.event(w, ae_serious="0", ae_serious_why="3"), set()),
    ("death_elsewhere", lambda s, w: s.write(w, "week_12", disp_status="2", disp_reason="4"),
     set()),
    ("death_elsewhere", lambda s, w: _die(s, w, days=60, disp_status="1", disp_reason="",
                                          disp_date=s.day(w, "week_12", 0)),
     {"after_end", "after_end_row"}),
    ("death_date_differs", lambda s, w: _die(s, w, days=100, disp_date=s.start(w, 103)), set()),
    ("after_end", lambda s, w: _die(s, w, days=60), {"after_end_row"}),
    ("after_end", lambda s, w: s.write(w, "week_12", disp_status="2", disp_reason="1",
                                       disp_date=s.start(w, 50)), {"after_end_row"}),
    ("after_lost", lambda s, w: s.write(w, "week_12", disp_status="2", disp_reason="3",
                                        disp_date=s.start(w, 50)), {"after_lost_row"}),
    ("withdrawal_elsewhere", lambda s, w: s.event(w, ae_withdrawal="1"), set()),
    ("withdrawal_elsewhere", lambda s, w: s.write(w, "week_12", disp_status="2", disp_reason="2"),
     set()),
    ("event_far", lambda s, w: s.event(w, ae_start=s.start(w, 370), ae_stop=s.start(w, 371)),
     set()),
    ("recorded_again", lambda s, w: s.again(w, "adverse_event"), set()),
    ("recorded_again", lambda s, w: s.again(w, "medication"), set()),
    ("recorded_again", lambda s, w: _add_ulcer(s, w, 2), {"ulcer_differs"}),
    ("recorded_again", lambda s, w: s.again(w, "adverse_event", ae_term="In other words"), set()),
    ("recorded_again", lambda s, w: [
        s.event(w, ae_start=s.start(w, 5), ae_stop=s.start(w, 20)),
        s.again(w, "adverse_event", ae_start=s.start(w, 12), ae_stop=s.start(w, 30))], set()),
    ("recorded_again", lambda s, w: [
        s.event(w, ae_start=s.start(w, 1), ae_stop=s.start(w, 2)),
        s.again(w, "adverse_event", ae_start=s.start(w, 1)[:7], ae_stop="")], {"required_missing"}),
    ("treated_ineligible", lambda s, w: s.write(w, "screening", eligible="0",
                                                screen_fail_reason="Age"), set()),
    ("smoking_disagrees", lambda s, w: _smoke(s, w, "2", "2", "0"), set()),
    ("smoking_disagrees", lambda s, w: _smoke(s, w, "0", "0", "1"), set()),
    ("smoking_disagrees", lambda s, w: _smoke(s, w, "0", "2", "2"), set()),
    ("body_implausible", lambda s, w: s.write(w, "screening", height_cm="150", weight_kg="128"),
     set()),
    ("pressure_exchanged", lambda s, w: s.write(w, "screening", lab_sbp="75", lab_dbp="118"),
     set()),
    ("age_implausible", lambda s, w: s.write(w, "screening", birth_year="2005",
                                             first_rp_year="2015", first_nonrp_year="2016"), set()),
    ("consent_early", lambda s, w: s.write(w, "screening", icf_date=s.day(w, "screening", -800)),
     set()),
    ("exit_before_visit", lambda s, w: s.write(w, "week_12", disp_date=s.start(w, 30)), set()),
    ("finger_far", lambda s, w: s.write(w, "week_4", circ_r3=str(
        int(s.read(w, "week_4", "circ_r3")) + 14)), set()),
    ("other_arm", _move_arm, set()),
    ("image_shared", _share_image, set()),
    ("source_absent", lambda s, w: _drop_images(s, w, "week_12"), set()),
    ("source_absent", _drop_diary, set()),
    ("total_differs", lambda s, w: s.write(w, "week_12", chfs_07="", chfs_total="88"),
     {"required_missing"}),
    ("ulcer_scale", lambda s, w: [_add_ulcer(s, w, 1), s.write(w, "week_12", vas_du="해당없음")],
     {"ulcer_differs"}),
    ("term_spelling", _shout, set()),
    ("ulcer_event_ended", _add_lasting_ulcer, set()),
    ("counted_while_absent", lambda s, w: _grade_absent(s, w, [11]), set()),
    ("counted_while_absent", lambda s, w: _grade_absent(s, w, [4] * 5), set()),
    ("drug_unlisted", lambda s, w: s.event(w, ae_action="Given tramadol for a week"), set()),
    ("drug_unlisted", lambda s, w: [s.again(w, "medication", cm_name="Tramadol", cm_class="6",
                                            cm_start="2015-01-01", cm_stop="2015-02-01",
                                            cm_ongoing="0"),
                                    s.event(w, ae_action="Tramadol")], set()),
    ("drug_without_event", lambda s, w: s.again(w, "medication", cm_name="Aspirin for pallor"),
     set()),
    ("drug_change_disagrees", lambda s, w: _take(s, w, cm_start=s.start(w, 20), cm_change="1",
        cm_change_date=s.start(w, 30)), set()),
    ("required_missing", lambda s, w: _take(s, w, cm_change="2"),
     set()),
    ("treated_ineligible", lambda s, w: s.write(w, "week_12", disp_status="3", disp_reason="6"),
     set()),
    ("injection_disagrees", lambda s, w: s.write(w, "procedure", **{
        f"inj_{side}{finger}": "" for side in "rl" for finger in range(1, 6)}), {"part_missing"}),
    ("ulcer_differs", lambda s, w: _carry_ulcer(s, w, "110", "000"), set()),
    ("ulcer_gate", lambda s, w: [_carry_ulcer(s, w, "111", "000"), s.write(
        w, "week_4", du_any="")], set()),
    ("finger_far", lambda s, w: s.write(w, "week_12", **{f"circ_{side}{n}": str(
        int(s.read(w, "week_12", f"circ_{side}{n}")) + 14) for side in "rl" for n in range(2, 6)}),
     set()),
    ("required_missing", lambda s, w: s.write(w, "procedure", final_ml=""), set()),
    ("required_missing", lambda s, w: s.write(w, "procedure", viability_pct=""), set()),
    ("required_missing", lambda s, w: s.write(w, "week_12", assessor=""), set()),
    ("required_missing", lambda s, w: _grade_image(s, w, ramified=""), set()),
    ("part_missing", lambda s, w: s.write(w, "week_12", **dict.fromkeys(SCALES, "")), set()),
    ("part_missing", lambda s, w: s.write(w, "week_4", **{
        f"circ_l{n}": "" for n in range(2, 6)}), set()),
    ("part_missing", lambda s, w: s.write(w, "week_12", chfs_total="", **{
        f"chfs_{n}": "" for n in range(10, 19)}), set()),
    ("part_missing", lambda s, w: s.write(w, "week_1", vas_hand="", vas_hand_line=""), set()),
    ("copied_forward", lambda s, w: s.write(w, "week_12", **{
        name: s.read(w, "screening", name) for name in TESTS}), set()),
    ("code_doubtful", lambda s, w: s.write(w, "screening", lab_crp="88"), set()),
    ("code_doubtful", lambda s, w: s.write(
        w, "procedure", lidocaine_mg="999", tumescent_ml="999"), set()),
    ("recorded_twice", lambda s, w: s.write(
        w, "baseline", height_cm="151.5", weight_kg="52.5"), {"part_missing"}),
]  # fmt: skip

# What looks odd and may be true.
ODDITIES = [
    ("death after completion", lambda s, w: _die(
        s, w, days=150, disp_status="1", disp_reason="", disp_date=s.day(w, "week_12", 0))),
    ("week 12 after treatment was stopped", lambda s, w: s.write(
        w, "week_12", disp_status="2", disp_reason="5", disp_date=s.start(w, 30))),
    ("medication long before consent", lambda s, w: s.again(
        w, "medication", cm_name="Iloprost", cm_start="1998-05")),
    ("the same event on another day", lambda s, w: s.again(
        w, "adverse_event", ae_start=s.start(w, 40), ae_stop=s.start(w, 41))),
    ("two events on one day", lambda s, w: s.again(
        w, "adverse_event", ae_term="Felt sick", ae_coded="Nausea")),
    ("the same medicine in another dose", lambda s, w: s.again(
        w, "medication", cm_dose="15")),
    ("two ulcers of one finger", lambda s, w: [
        _add_ulcer(s, w, 1), s.again(w, "digital_ulcer", redcap_event_name="week_12_arm_1",
                                     du_side="1", du_finger="3", du_active="1", du_new="0",
                                     du_healed="0", du_size_mm="2.0")]),
    ("gaps in instance numbers", lambda s, w: s.again(
        w, "medication", cm_name="Aspirin", redcap_repeat_instance="19")),
    ("a rare body, and an ulcer of one of two unscheduled visits", lambda s, w: [
        s.write(w, "screening", height_cm="180", weight_kg="46"), _hurt_between(s, w)]),
    ("a narrow pressure, and facts at two visits", lambda s, w: [
        s.write(w, "screening", lab_sbp="95", lab_dbp="80"),
        *(s.copy(w, "baseline", w, "screening", name) for name in ("birth_", "sex", "subset"))]),
    ("old", lambda s, w: s.write(w, "screening", birth_year="1936")),
    ("young", lambda s, w: s.write(w, "screening", birth_year="2002",
                                   first_rp_year="2015", first_nonrp_year="2016")),
    ("began to smoke", lambda s, w: _smoke(s, w, "0", "0", "2")),
    ("gave up smoking", lambda s, w: _smoke(s, w, "2", "2", "1")),
    ("a former smoker smokes again", lambda s, w: _smoke(s, w, "1", "1", "2")),
    ("consent weeks before screening", lambda s, w: s.write(
        w, "screening", icf_date=s.day(w, "screening", -60))),
    ("an end after the last visit", lambda s, w: s.write(
        w, "week_12", disp_date=s.day(w, "week_12", 20))),
    ("an event after the last visit", lambda s, w: s.event(
        w, ae_start=s.day(w, "week_12", 40), ae_stop=s.day(w, "week_12", 41))),
    ("serious with a criterion", lambda s, w: s.event(
        w, ae_serious="1", ae_serious_why="3", ae_grade="3")),
    ("serious at a low grade", lambda s, w: s.event(
        w, ae_serious="1", ae_serious_why="6", ae_grade="1")),
    ("grade 3 and not serious", lambda s, w: s.event(w, ae_grade="3")),
    ("grade 4 and not serious", lambda s, w: s.event(w, ae_grade="4")),
    ("not recovered and going on", lambda s, w: s.event(
        w, ae_outcome="3", ae_ongoing="1", ae_stop="")),
    ("recovering and ended by the report", lambda s, w: s.event(w, ae_outcome="2")),
    ("sequelae after the end", lambda s, w: s.event(w, ae_outcome="4")),
    ("outcome unknown", lambda s, w: s.event(w, ae_outcome="6")),
    ("a death in both forms", lambda s, w: _die(s, w, days=110)),
    ("left because of an event", lambda s, w: [
        s.event(w, ae_withdrawal="1"),
        s.write(w, "week_12", disp_status="2", disp_reason="2",
                disp_date=s.day(w, "week_12", 0))]),
    ("lost after the last visit", lambda s, w: s.write(
        w, "week_12", disp_status="2", disp_reason="3", disp_date=s.day(w, "week_12", 10))),
    ("withdrawn on the day of the last visit", lambda s, w: s.write(
        w, "week_12", disp_status="2", disp_reason="1")),
    ("no answer at all on one item", lambda s, w: s.write(
        w, "week_12", chfs_07="모름", chfs_total="")),
    ("no difficulty anywhere, twice", lambda s, w: [
        s.write(w, v, chfs_total="0", **{f"chfs_{n:02d}": "0" for n in range(1, 19)})
        for v in ("baseline", "week_12")]),
    ("everything impossible, twice", lambda s, w: [
        s.write(w, v, chfs_total="90", **{f"chfs_{n:02d}": "5" for n in range(1, 19)})
        for v in ("baseline", "week_12")]),
    ("one grade everywhere", lambda s, w: [
        s.write(w, v, kap_r="8", kap_l="8") for v in ("baseline", "week_12")]),
    ("the same hand score twice", lambda s, w: s.copy(w, "week_12", w, "baseline", "kap_")),
    ("a finger that swelled", lambda s, w: s.write(w, "week_12", circ_r3=str(
        int(s.read(w, "week_12", "circ_r3")) + 6))),
    ("all fingers thinner", lambda s, w: [s.write(w, "week_12", **{
        f"circ_{side}{n}": str(int(s.read(w, "week_12", f"circ_{side}{n}")) - 4)})
        for side in "rl" for n in range(2, 6)]),
    ("no pain, and two scales and a test left blank", lambda s, w: s.write(
        w, "week_12", vas_hand="0", vas_gi="", vas_lung="", lab_crp="")),
    ("all the pain, and some tests as before", lambda s, w: s.write(
        w, "week_12", vas_hand="100", **{n: s.read(w, "screening", n) for n in TESTS[:3]})),
    ("scale of ulcers without ulcers", lambda s, w: s.write(w, "screening", du_any="")),
    ("a partial date of an event", lambda s, w: s.event(w, ae_start=s.start(w, 5)[:7])),
    ("an ulcer whose event goes on", lambda s, w: _add_lasting_ulcer(
        s, w, ae_stop="", ae_ongoing="1", ae_outcome="3")),
    ("an ulcer whose event ended at the last visit", lambda s, w: _add_lasting_ulcer(
        s, w, ae_stop=s.day(w, "week_12", 0))),
    ("a few giants counted where few were seen", lambda s, w: _grade_absent(s, w, [2, 1, 3])),
    ("treated with what the person takes", lambda s, w: s.event(w, ae_action="Omeprazole 40 mg")),
    ("treated with no drug by name", lambda s, w: s.event(w, ae_action="Analgesic")),
    ("a medicine for what is no event", lambda s, w: s.again(
        w, "medication", cm_name="Aspirin for prevention")),
    ("a medicine that ended before consent", lambda s, w: s.again(
        w, "medication", cm_name="Aspirin", cm_start="2010-01", cm_stop="2012-02",
        cm_ongoing="0")),
    ("a medicine begun during the trial", lambda s, w: s.again(
        w, "medication", cm_name="Aspirin", cm_start=s.start(w, 20), cm_stop="",
        cm_ongoing="1", cm_change="1", cm_change_date=s.start(w, 20))),
    ("two medicines of one class", lambda s, w: s.again(w, "medication", cm_name="Celecoxib")),
    ("the same medicine again later", lambda s, w: s.again(
        w, "medication", cm_start=s.start(w, 30), cm_stop="", cm_ongoing="1")),
    ("consent on the day of screening", lambda s, w: s.write(
        w, "screening", icf_date=s.day(w, "screening", 0))),
    ("a visit on a Sunday", lambda s, w: s.write(
        w, "week_4", visit_date=s.start(w, 31 - (pd.Timestamp(s.start(w, 31)).weekday() + 1) % 7))),
    ("a planned stay in hospital", lambda s, w: s.event(w, ae_planned_stay="1")),
    ("fingers alike on both hands", lambda s, w: s.write(w, "week_12", **{
        f"circ_l{n}": s.read(w, "week_12", f"circ_r{n}") for n in range(2, 6)})),
    ("values like the codes of missing ones", lambda s, w: [
        s.write(w, "week_12", vas_hand="99"), s.write(w, "screening", lab_pulse="88"),
        s.write(w, "procedure", lidocaine_mg="888")]),
    ("a year older", lambda s, w: s.write(
        w, "screening", birth_year=str(int(s.read(w, "screening", "birth_year")) - 1))),
    ("Raynaud since childhood", lambda s, w: s.write(
        w, "screening", first_rp_year=str(int(s.read(w, "screening", "birth_year")) + 6))),
    ("both in one year", lambda s, w: s.write(
        w, "screening", first_nonrp_year=s.read(w, "screening", "first_rp_year"))),
    ("an event on the day of the procedure", lambda s, w: s.event(
        w, ae_start=s.start(w, 0), ae_stop=s.start(w, 0))),
    ("an event between consent and procedure", lambda s, w: s.event(
        w, ae_start=s.start(w, -2), ae_stop=s.start(w, -1))),
    ("an event that nothing is to blame for", lambda s, w: s.event(
        w, ae_rel_lipo="0", ae_rel_inj="0", ae_rel_product="0", ae_rel_disease="0")),
    ("a heavy body", lambda s, w: s.write(w, "screening", height_cm="165", weight_kg="110")),
    ("dead of another cause", lambda s, w: [_die(s, w, days=110), s.again(
        w, "adverse_event", ae_term="Rash", ae_coded="Rash", ae_class="Skin", ae_outcome="3",
        ae_grade="1", ae_serious="0", ae_serious_why="", ae_start=s.start(w, 40))]),
    ("life-threatening at grade 4", lambda s, w: s.event(
        w, ae_serious="1", ae_serious_why="2", ae_grade="4")),
    ("a medicine stopped in time", lambda s, w: _take(s, w, cm_change="4", cm_stop=s.start(w, 9),
        cm_ongoing="0", cm_change_date=s.start(w, 9))),
    ("an ulcer that stays", lambda s, w: _carry_ulcer(s, w, "111", "000")),
    ("some skin above the elbow", lambda s, w: [s.write(w, "screening", subset="1"), s.write(
        w, "baseline", mrss_chest="1", mrss_total="")]),
    ("less haemoglobin", lambda s, w: s.write(w, "week_12", lab_hb="10.4")),
    ("thumbs that lost three points", lambda s, w: [s.write(w, visit, kap_r=grade, kap_l=grade)
        for visit, grade in (("baseline", "9"), ("week_12", "6"))]),
    ("a kitchen that became easy", lambda s, w: [s.write(w, visit, chfs_total=total, **{
        f"chfs_{n:02d}": "1" if total == "6" and n < 7 else "0" for n in range(1, 19)})
        for visit, total in (("baseline", "6"), ("week_12", "0"))]),
    ("one ulcer healed and a new one", lambda s, w: [
        _carry_ulcer(s, w, "111", "000"), s.write(
            w, "week_12", form="digital_ulcer", du_active="0", du_healed="1", du_size_mm="0"),
        s.again(w, "digital_ulcer", redcap_event_name="week_12_arm_1", du_side="1",
                du_finger="4", du_active="1", du_new="1", du_healed="0", du_size_mm="2.5"),
        s.event(w, ae_coded="Digital ulcer", ae_class="Skin", ae_start=s.start(w, 60),
                ae_stop=s.start(w, 70))]),
    ("no medicine but one", lambda s, w: s.drop(REDCAP, s.tables[REDCAP]["record_id"].eq(w)
        & s.tables[REDCAP]["cm_name"].ne("Omeprazole") & s.tables[REDCAP][FORM].eq("medication"))),
    ("thumbs that reach everything", lambda s, w: [s.write(w, visit, kap_r=grade, kap_l=grade)
        for visit, grade in (("baseline", "8"), ("week_12", "10"))]),
]  # fmt: skip


def _plant(acts, study, valid, seed):
    made = make_export(len(acts) + 6, seed, faults="none")
    site = Site(made.tables)
    who = [name for name in dict.fromkeys(site.tables[REDCAP]["record_id"]) if "S" not in name[4:]]
    # People with new ulcers stay as they are.
    for person, act in zip(who, acts, strict=False):
        act(site, person)
    export = replace(valid, tables=site.tables)
    export = replace(export, provenance=replace(export.provenance, exported_on="2030-01-01"))
    return who, clean_export(export, study)


@pytest.fixture(scope="module")
def planted(study, valid):
    return _plant([act for _, act, _ in CASES], study, valid, 2016)


@pytest.fixture(scope="module")
def odd(study, valid):
    return _plant([act for _, act in ODDITIES], study, valid, 2016)


@pytest.mark.parametrize("case", range(len(CASES)), ids=[f"{rule}" for rule, *_ in CASES])
def test_the_rule_asks_about_this_person_and_no_other_rule_does(case, planted):
    rule, _, also = CASES[case]
    who, cleaned = planted
    asked = cleaned.queries[cleaned.queries["participant_id"] == who[case]]
    assert rule in set(asked["rule"])
    assert set(asked["rule"]) <= {rule, *also}
    assert (asked["rule"] == rule).sum() == 1


def test_nobody_else_is_asked_about(planted):
    who, cleaned = planted
    others = cleaned.queries[~cleaned.queries["participant_id"].isin(who[: len(CASES)])]
    assert others[["participant_id", "rule", "cells"]].to_dict("records") == []


@pytest.mark.parametrize("case", range(len(ODDITIES)), ids=[name for name, _ in ODDITIES])
def test_what_may_be_true_raises_nothing_above_a_note(case, odd):
    who, cleaned = odd
    asked = cleaned.queries[cleaned.queries["participant_id"] == who[case]]
    assert (
        asked.loc[asked["severity"] != "note", ["rule", "field", "raw_value"]].to_dict("records")
        == []
    )


COPIES = [
    ("chfs_", "week_12", "baseline"),
    ("mrss_", "week_12", "baseline"),
    ("haq_", "week_12", "baseline"),
    ("vas_", "week_12", "baseline"),
    ("lab_", "week_12", "screening"),
]


@pytest.fixture(scope="module")
def copied(study, valid):
    """Five people copied from another visit, two from another person."""
    site = Site(valid.tables)
    who = [name for name in dict.fromkeys(site.tables[REDCAP]["record_id"]) if "S" not in name[4:]]
    for person, (start, here, there) in zip(who, COPIES, strict=False):
        site.copy(person, here, person, there, start)
    site.copy(who[5], "week_12", who[6], "week_12", "chfs_")
    _reverse(site, who[6], r"haq_[0-9]+", 3)
    diary = site.tables[DIARY]
    mine = diary[(diary["record_id"] == who[0]) & (diary["entry_date"] < site.start(who[0], 0))]
    apart = pd.Timestamp(site.read(who[0], "week_12", "visit_date")) - pd.Timestamp(
        site.start(who[0], 0)
    )
    moved = (pd.to_datetime(mine["entry_date"]) + apart).dt.strftime("%Y-%m-%d")
    later = diary["record_id"].eq(who[0]) & diary["entry_date"].gt(site.start(who[0], 0))
    site.tables[DIARY] = pd.concat(
        [diary[~later], mine.assign(entry_date=moved)], ignore_index=True
    )
    images = site.tables[CAPILLAROSCOPY]
    key = ["hand", "finger", "field", "reader"]
    measures = list(images.loc[:, "density":"n_haemorrhages"].columns)
    first = images["record_id"].eq(who[1]) & images["event"].eq("baseline_arm_1")
    first &= images["reader"].eq("A")
    last = images["record_id"].eq(who[1]) & images["event"].eq("week_12_arm_1")
    last &= images["reader"].eq("A")
    source = images[first].set_index(key)[measures]
    images.loc[last, measures] = source.loc[
        pd.MultiIndex.from_frame(images.loc[last, key])
    ].to_numpy()
    return who, clean_export(replace(valid, tables=site.tables), study).queries


@pytest.mark.parametrize("case", range(len(COPIES)), ids=[start for start, *_ in COPIES])
def test_what_equals_another_visit_is_asked_about_if_chance_cannot_explain_it(case, copied):
    who, queries = copied
    start = COPIES[case][0]
    asked = queries[
        (queries["rule"] == "copied_forward") & (queries["participant_id"] == who[case])
    ]
    asked = asked[asked["field"].str.startswith(start)]
    # Skin scores, and the few scales and tests, repeat by themselves among seven people.
    assert len(asked) == (start not in {"mrss_"})


def test_what_equals_another_person_is_one_question_with_the_cells_of_both(copied):
    who, queries = copied
    asked = queries[queries["cells"].str.contains(f"{who[5]}.*{who[6]}")]
    assert asked[["rule", "field", "visit"]].to_numpy().tolist() == [
        ["copied_forward", "chfs_01", "week_12"]
    ]
    assert len(asked["cells"].iloc[0].split(";")) == 36


def test_copied_days_and_readings_are_asked_about(copied):
    who, queries = copied
    asked = queries[(queries["rule"] == "copied_forward") & queries["form"].str.contains(".csv")]
    asked = asked.sort_values("participant_id")
    assert asked[["participant_id", "field"]].to_numpy().tolist() == [
        [who[0], "rating"],
        [who[1], "density"],
    ]


def test_a_scale_turned_round_is_asked_about(copied):
    who, queries = copied
    asked = queries[queries["rule"] == "scale_reversed"]
    assert asked[["participant_id", "visit", "field"]].to_numpy().tolist() == [
        [who[6], "week_12", "haq_01"]
    ]


def test_what_bears_no_participant_or_looks_like_another_is_asked_about(study, valid):
    site = Site(valid.tables)
    main = site.tables[REDCAP]
    main.loc[len(main)] = main.iloc[0].to_dict() | {"record_id": "Total"}
    main.loc[len(main)] = dict.fromkeys(main, "") | {"record_id": "평균", "vas_hand": "43.2"}
    main.loc[len(main)] = dict(zip(main, main, strict=True))
    twin = main["record_id"].eq("SIM-01") & main[FORM].eq("medication")
    main.loc[twin, "record_id"] = "SIM-O1"
    unseen = main["record_id"].eq("SIM-02") & main[FORM].eq("medication")
    main.loc[unseen, "record_id"] = "SIM\u200b-02"
    cleaned = clean_export(replace(valid, tables=site.tables), study)
    asked = cleaned.queries.groupby("rule")["participant_id"].unique().map(list)
    assert sorted(asked["summary_row"]) == ["Total", "record_id", "평균"]
    assert set(asked.index) == {"summary_row", "identifier_twin", "visit_absent", "list_absent"}
    assert asked["identifier_twin"] == ["SIM-O1"]
    assert "Total" not in set(cleaned.tables["participants"]["participant_id"])
    medications = cleaned.tables["medications"]["participant_id"]
    assert "SIM-02" in set(medications)


def test_nothing_after_a_death_is_in_a_table_that_scores_come_from(planted):
    who, cleaned = planted
    case = next(n for n, (rule, *_) in enumerate(CASES) if rule == "after_end")
    items = cleaned.tables["items"]
    late = items[items["participant_id"].eq(who[case]) & items["visit"].eq("week_12")]
    assert late["value"].notna().sum() == 0
    asked = cleaned.queries[cleaned.queries["participant_id"].eq(who[case])]
    assert sorted(asked["rule"]) == ["after_end", "after_end_row"]
    changed = cleaned.changes[cleaned.changes["rule"].eq("after_end")]
    assert set(changed["query_id"]) <= set(cleaned.queries["query_id"])


def test_what_came_after_a_loss_counts_once_the_site_has_confirmed_it(study, valid):
    site = Site(valid.tables)
    who = "SIM-03"
    site.write(who, "week_12", disp_status="2", disp_reason="3", disp_date=site.start(who, 50))
    lost = clean_export(replace(valid, tables=site.tables), study)
    query = lost.queries[lost.queries["rule"] == "after_lost"]["query_id"].item()
    cells = lost.asked[lost.asked["query_id"] == query]
    lines = cells.rename(columns={"raw_value": "old_value"}).assign(
        new_value=cells["raw_value"], reason="confirmed", by="site", date="2022-12-12"
    )
    columns = site.tables[CORRECTIONS].columns
    site.tables[CORRECTIONS] = pd.concat([site.tables[CORRECTIONS], lines[columns]])
    confirmed = clean_export(replace(valid, tables=site.tables), study)

    def count(cleaned):
        items = cleaned.tables["items"]
        late = items[items["participant_id"].eq(who) & items["visit"].eq("week_12")]
        return late.loc[late["value"].notna(), "instrument"].nunique()

    assert count(lost) == 0
    assert count(confirmed) >= 9
    asked = confirmed.queries[confirmed.queries["participant_id"].eq(who)].set_index("rule")
    assert asked.loc["after_lost", "action"] == "kept"
    assert "after_lost_row" not in asked.index


@pytest.mark.parametrize(("blank", "asked"), [("SIM-S1", ["SIM-S1"]), ("", [])])
def test_who_failed_screening_has_an_end_unless_the_site_records_none(blank, asked, study, valid):
    site = Site(valid.tables)
    main = site.tables[REDCAP]
    rows = main["record_id"].str.startswith(blank)
    main.loc[rows, ["disp_status", "disp_date", "disp_reason"]] = ""
    queries = clean_export(replace(valid, tables=site.tables), study).queries
    found = queries.loc[queries["rule"] == "exit_absent", "participant_id"]
    assert found.to_list() == asked


HEADER = (
    "record_id, redcap_event_name, redcap_repeat_instrument, redcap_repeat_instance, "
    "visit_date, anaesthesia_start"
)


@pytest.mark.parametrize(("end", "late"), [("2021-04-20", "3"), ("2021-04", "3"), ("2021", "")])
def test_an_unscheduled_visit_is_after_the_end_by_its_own_date_and_the_end_of_a_month(end, late):
    form = {"form": "end", "table": "disposition"}
    found = clean_site(
        f"""
    {HEADER}, pain, reason, end
    SIM-01, procedure_arm_1, , , 2021-03-02, 2021-03-02 10:00, , ,
    SIM-01, unscheduled_arm_1, , 1, 2021-03-20, , 10, ,
    SIM-01, unscheduled_arm_1, , 2, 2021-04-10, , 20, ,
    SIM-01, unscheduled_arm_1, , 3, 2021-05-10, , 30, ,
    SIM-01, week_12_arm_1, , , , , , 2, {end}
    """,
        {"field": "pain", "form": "pain", "instrument": "hand_pain", "item": "vas", "unit": "mm",
         "best": "0", "worst": "100", "confirmed_by": "A. Person"},
        form | {"field": "reason", "type": "radio", "choices": "1, death | 2, withdrew consent",
                "values": "1=death|2=withdrew_consent", "column": "reason"},
        form | {"field": "end", "column": "end_date"},
    )  # fmt: skip
    asked = found.queries[found.queries["rule"] == "after_end"]
    assert asked["form"].tolist() == ([f"pain#{late}"] if late else [])


def test_the_id_of_a_question_covers_all_of_its_cells(planted):
    _, cleaned = planted
    several = cleaned.queries[cleaned.queries["cells"].str.contains(";")]
    assert len(several)
    for query in several.itertuples():
        cells = query.cells.split(";")
        assert cells == sorted(cells)
        assert cells[0].rsplit(":", 1)[1] == query.field
    assert cleaned.queries["query_id"].is_unique


def test_no_report_is_missing_where_the_plan_says_that_ulcers_are_no_events(study, valid):
    site = Site(valid.tables)
    _add_ulcer(site, "SIM-03", 1)
    site.write("SIM-03", "week_12", form="digital_ulcer", du_new="1")
    export = replace(valid, tables=site.tables)
    setting = replace(study.queries.ulcers_are_events, value=False)
    exempt = replace(study, queries=replace(study.queries, ulcers_are_events=setting))
    asked = [
        cleaned.queries.query("rule == 'ulcer_without_event'")["participant_id"].to_list()
        for cleaned in (clean_export(export, study), clean_export(export, exempt))
    ]
    assert asked == [["SIM-03"], []]
