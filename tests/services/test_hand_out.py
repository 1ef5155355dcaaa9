"""What is stored as its own promise gets its job once, as long as nobody has tried it and the sweep leaves it alone."""

from uuid import UUID

from support.house import House

from mentorship.gateways.ports import MailUnavailable
from mentorship.services.hand_out import hand_out


def test_mails_are_handed_out_once_and_neither_when_tried_nor_when_late(house: House) -> None:
    student, mentor = house.student(), house.mentor()
    house.buy_pack(student, mentor)
    house.book(student, mentor)
    assert house.jobs.waiting == []
    waiting = hand_out(house.system(), but=set())
    assert [job.name for job in house.jobs.waiting] == ["deliver", "deliver"]
    assert {UUID(job.argument) for job in house.jobs.waiting} == waiting
    tried, late = house.jobs.waiting
    assert hand_out(house.system(), but=waiting) == waiting
    house.mailbox.failure = MailUnavailable("421 Try again later")
    house.run(tried)
    assert hand_out(house.system(), but=set()) == {UUID(late.argument)}
    house.pass_time(minutes=5)
    assert hand_out(house.system(), but=set()) == set()
    assert house.jobs.waiting == [tried, late]
