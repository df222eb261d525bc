"""The picture and the lines say what the scene knows."""

from rich.console import Console

from waypost.demo import view
from waypost.model.time import parse_instant

AT = parse_instant("2026-01-05T09:04:00Z") or 0
SCENE = view.Scene(
    url="http://127.0.0.1:8000",
    speed=21_600,
    look="curl -u wp_read_0123456789_0123456789abcdef0123456789abcdef: http://127.0.0.1:8000/v1/people/ada",
    now=AT,
    sent=1_234,
    people=56,
    stages={"regular": 2, "builder": 30, "newcomer": 24},
    before={"regular": 1, "builder": 30, "newcomer": 25},
    segments={"stalled_at_setup": 3, "fast_finisher": 7},
    movements=[view.Movement(AT, f"ben-{number}", "newcomer → builder") for number in range(20)],
    followed=view.Followed(
        name="ada",
        habit="returner",
        asked_at=AT,
        page="/home",
        stage="builder",
        milestones=["setup"],
        steps=[("report_tour", "tour", "it helps to reach aha")],
        not_now=[("share_report", "after"), ("create_workspace", "done")],
    ),
)


def drawn(scene: view.Scene) -> list[str]:
    console = Console(width=80, height=24, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(view.screen(scene))
    return console.export_text().splitlines()


def test_the_picture_fits_a_small_terminal_and_says_who_what_and_why() -> None:
    picture = drawn(SCENE)
    text = "\n".join(picture)
    assert len(picture) <= 24
    assert max(len(line) for line in picture) <= 80
    for said in ("Mon 5 Jan 09:04", "1,234 events", "+1", "-1", "stalled_at_setup", "ben-19", "report_tour", "/home"):
        assert said in text
    assert "share_report: after" in text
    assert "create_workspace: done" not in text, "what is done needs no reason"


def test_the_picture_says_what_is_real() -> None:
    assert "a second is 6 hours" in view.honesty(SCENE)
    caught_up = view.Scene(url="", speed=1, caught_up=True)
    assert "your own time" in view.honesty(caught_up)


def test_a_scene_without_people_can_be_drawn() -> None:
    assert any("nobody yet" in line for line in drawn(view.Scene(url="", speed=1)))


def test_lines_tell_the_same() -> None:
    lines = view.lines(SCENE, SCENE.movements)
    assert lines[0] == "Mon 5 Jan 09:04  ben-0 newcomer → builder"
    assert "… and 9 movements more" in lines
    assert "56 people: regular 2, builder 30, newcomer 24; 1234 events sent" in lines[-2]
    assert "ada asked: report_tour (tour): it helps to reach aha | not now: share_report after" in lines[-1]


def test_the_ending_speaks_of_truth_only_where_people_had_their_time() -> None:
    console = Console(width=80, record=True, quiet=False)
    with console.capture() as capture:
        console.print(view.ending([("returner", 3, 3)], SCENE))
        console.print(view.ending([("returner", 0, 0)], SCENE))
    said = capture.get()
    assert said.count("found as planted") == 1
    assert said.count("The demo's folder is removed.") == 2
