"""Booking, moving, canceling and closing sessions over HTTP."""

from uuid import uuid4


def test_a_student_books_moves_and_cancels(house, browser):
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    client = browser(student)
    free = client.get(f"/api/mentors/{mentor.mentor_id}/slots").json()["slots"]

    body = {"mentor_id": str(mentor.mentor_id), "starts_at": free[0]["starts_at"], "request_key": "first-click"}
    booked = client.post("/api/sessions/book", json=body)
    assert booked.status_code == 201
    session = booked.json()
    assert (session["status"], session["starts_at"]) == ("scheduled", free[0]["starts_at"])
    assert client.post("/api/sessions/book", json=body).json()["id"] == session["id"]

    moved = client.patch(f"/api/sessions/{session['id']}/reschedule", json={"starts_at": free[5]["starts_at"]})
    assert (moved.status_code, moved.json()["moves"]) == (200, 1)

    canceled = client.patch(f"/api/sessions/{session['id']}/cancel", json={"reason": "ill"})
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    again = client.patch(f"/api/sessions/{session['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "session_not_open")
    assert client.get("/api/session-packs/me").json()["packs"][0]["remaining_sessions"] == 4


def test_what_is_taken_is_refused_with_the_nearest_free_time(house, browser):
    first, second, mentor = house.student(), house.student(), house.mentor()
    house.buy_pack(first, mentor)
    house.buy_pack(second, mentor)
    session = house.book(first, mentor)

    body = {"mentor_id": str(mentor.mentor_id), "starts_at": session.starts_at.isoformat()}
    refused = browser(second).post("/api/sessions/book", json=body)

    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (problem["code"], problem["status"], problem["title"]) == ("taken", 409, "Conflict")
    assert problem["type"] == "urn:mentorship:problem:taken"
    assert "next free time" in problem["fix"]


def test_a_session_belongs_to_its_two_parties(house, browser):
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    path = f"/api/sessions/{house.book(student, mentor).id}"

    for stranger in (house.student(), house.mentor()):
        assert browser(stranger).patch(f"{path}/cancel").status_code == 404
    assert browser().patch(f"{path}/cancel").status_code == 401
    assert browser(student).patch(f"{path}/complete").status_code == 403
    assert browser(student).patch(f"/api/sessions/{uuid4()}/cancel").status_code == 404


def test_a_mentor_completes_writes_notes_and_corrects(house, browser):
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    session = house.book(student, mentor)
    client = browser(mentor)

    early = client.patch(f"/api/sessions/{session.id}/complete")
    assert (early.status_code, early.json()["code"]) == (409, "not_over_yet")

    house.clock.advance(session.ends_at - house.clock.now())
    assert client.patch(f"/api/sessions/{session.id}/complete").json()["status"] == "completed"
    changes = {"status": "no_show", "notes": "Did not come.", "recording_url": "https://videos.example/1"}
    updated = client.patch(f"/api/instructor/sessions/{session.id}", json=changes).json()
    assert {name: updated[name] for name in changes} == changes
    only_notes = client.patch(f"/api/instructor/sessions/{session.id}", json={"notes": ""}).json()
    assert (only_notes["notes"], only_notes["status"]) == ("", "no_show")

    house.pass_time(days=8)
    late = client.patch(f"/api/instructor/sessions/{session.id}", json={"status": "completed"})
    assert (late.status_code, late.json()["code"]) == (409, "correction_closed")


def test_an_admin_grants_a_pack_once_for_a_request_key(house, browser):
    student, mentor, admin = house.student(), house.mentor(), house.admin()
    body = {
        "student_id": str(student.id),
        "mentor_id": str(mentor.mentor_id),
        "sessions": 2,
        "reason": "Technical failure",
        "request_key": "grant-0001",
    }
    granted = browser(admin).post("/api/session-packs", json=body)
    assert (granted.status_code, granted.json()["remaining_sessions"]) == (201, 2)
    assert browser(admin).post("/api/session-packs", json=body).json()["id"] == granted.json()["id"]
    assert browser(mentor).post("/api/session-packs", json=body).status_code == 403
    unreasoned = browser(admin).post("/api/session-packs", json={**body, "reason": " "})
    assert (unreasoned.status_code, unreasoned.json()["code"]) == (422, "invalid_input")


def test_seats_and_slots_are_public(house, browser):
    mentor, student = house.mentor(capacity=1), house.student()
    seats = f"/api/seats/availability/{mentor.mentor_id}"
    free = {"mentor_id": str(mentor.mentor_id), "total": 1, "taken": 0, "left": 1, "waiting": 0}
    assert browser().get(seats).json() == free
    house.checkout(student, mentor)
    assert browser().get(seats).json()["left"] == 0

    slots = f"/api/mentors/{mentor.mentor_id}/slots"
    period = {"start": "2026-03-05T00:00:00Z", "end": "2026-03-05T10:00:00+00:00", "session_minutes": 30}
    found = browser().get(slots, params=period).json()
    assert found["session_minutes"] == 30
    assert found["slots"]
    assert all("2026-03-05T00" <= s["starts_at"] < "2026-03-05T10" for s in found["slots"])
    assert browser().get(slots, params={"start": "2026-03-05T00:00:00"}).status_code == 422
    assert browser().get(f"/api/mentors/{uuid4()}/slots").status_code == 404
    product = {"product_id": str(mentor.product_id)}
    assert browser().get(slots, params=product).json()["session_minutes"] == 60
    assert browser().get(slots, params={**product, "session_minutes": 30}).status_code == 422
    assert browser().get(slots, params={"session_id": str(uuid4())}).status_code == 404
