"""Names that are not looked for in texts, each group with its reason."""

from typing import Final

_REASONS: Final = {
    "words of every text that some terminology lists as a concept of its own": """
        normal; low; high; abnormal; positive; negative; present; absent; laboratory; resolved; active; inactive; father; mother; patient;
        male; female; all; left; right; severe; acute; chronic; mild; moderate; frequency; onset; clinical; other; unknown; none; finding;
        disease; disorder; syndrome; condition; symptom; sign; problem; history; family history; procedure; operation; surgery; test;
        examination; study; evaluation; assessment; follow up; admission; discharge; referral; consultation; treatment; therapy; management;
        medication; drug; dose; tablet; oral; injection; solution; product; substance; water; air; name; date; time; day; week; month; year;
        age; weight; height; size; length; number; level; value; result; report; note; record; document; yes; no; other finding;
        complication; lesion; mass; stable; improved; worse; unchanged; good; poor; fair; single; married; alone; home; hospital; clinic;
        emergency; room; service; care; visit; encounter; education; counseling; plan; allergy; allergic; death; birth; life; body; head;
        hand; arm; leg; foot; back; side; part; area; site; blood; skin; cell; type; stage; grade; class; group; status; state; change;
        increase; decrease; lead; iron man; may; can; will; has; is; was; be; said; given; taken; noted; seen; as; at; in; on; or; it; he;
        she; an; am; us; we; his; her; who; so; if; cold; warm; hot; dry; wet; ice; gas; light; plant; food; milk; egg; fish; nut; wheat;
        corn; tea; coffee; salt; sugar; oil; rest; support; bed; chair; exercise; position; movement; control; response; reaction; activity;
        function; rate; rhythm; volume; pressure; temperature; alert; oriented; appearance; general; system; review; physical; mental;
        social; medical; surgical; personal; past; present illness; medical history; past medical history; social history; problem list;
        vital sign; physical examination; review of systems; chief complaint; blood pressure taking; attack; heart; lung; kidney; liver;
        brain; eye; ear; nose; throat; neck; chest; abdomen; pelvis; spine; bone; joint; muscle; nerve; unit; sample; specimen; count;
        panel; illness; did; total; free; ratio; index; score; scale
    """,
}


def blocked() -> frozenset[str]:
    """The names, in lower case."""
    return frozenset(name.strip().lower() for listed in _REASONS.values() for name in listed.split(";") if name.strip())
