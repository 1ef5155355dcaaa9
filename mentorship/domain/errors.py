"""Refusals: each is a fact with a stable code, a sentence for people and, where there is one, the nearest fix."""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of refusal this is; the doors translate it for their callers."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class DomainError(Exception):
    """A request that the rules refuse. Nothing has changed when one is raised."""

    code = "refused"
    kind = Kind.CONFLICT
    sentence = "This is not possible right now."

    def __init__(self, sentence: str | None = None, *, fix: str | None = None) -> None:
        super().__init__(sentence or self.sentence)
        self.fix = fix


class InvalidInput(DomainError):
    code = "invalid_input"
    kind = Kind.INVALID
    sentence = "Something in this request is not valid."


class SignInRequired(DomainError):
    code = "sign_in_required"
    kind = Kind.UNAUTHENTICATED
    sentence = "Please sign in first."


class NotAllowed(DomainError):
    code = "not_allowed"
    kind = Kind.FORBIDDEN
    sentence = "Your account may not do this."


class NotFound(DomainError):
    code = "not_found"
    kind = Kind.NOT_FOUND
    sentence = "There is nothing here, or it is not yours to see."


class TooManyTries(DomainError):
    code = "too_many_tries"
    kind = Kind.TOO_MANY
    sentence = "Too many tries. Please wait a minute and try again."


class ConflictInStorage(DomainError):
    """Another change won every retry; the caller may simply try again."""

    code = "try_again"
    kind = Kind.UNAVAILABLE
    sentence = "Somebody else changed this at the same moment. Please try again."


class StorageDown(DomainError):
    code = "storage_down"
    kind = Kind.UNAVAILABLE
    sentence = "We cannot reach our own records right now. Nothing was changed. Please try again in a minute."


# Accounts


class WrongCredentials(DomainError):
    code = "wrong_credentials"
    kind = Kind.UNAUTHENTICATED
    sentence = "This e-mail address and password do not match an account."


class EmailTaken(DomainError):
    code = "email_taken"
    sentence = "There is already an account with this e-mail address."


# Seats and checkout


class SoldOut(DomainError):
    code = "sold_out"
    sentence = "All seats with this mentor are taken."


class HasSeat(DomainError):
    code = "has_seat"
    sentence = "You have a seat with this mentor already."


class SeatOnSale(DomainError):
    """Nobody waits for what can be bought."""

    code = "seat_on_sale"
    sentence = "There is a seat with this mentor for you right now."


class NotForSale(DomainError):
    code = "not_for_sale"
    sentence = "This pack is not on sale."


class CodeRefused(DomainError):
    """A promotion code does not work here; ``code`` says why."""

    kind = Kind.CONFLICT

    def __init__(self, code: str = "code_unknown", sentence: str | None = None, *, fix: str | None = None) -> None:
        super().__init__(sentence or "There is no such code.", fix=fix or "Check how it is written.")
        self.code = code


class CodeTaken(DomainError):
    code = "code_taken"
    sentence = "There is already a code of this name. One that has ended keeps its name, too."


class OrderClosed(DomainError):
    code = "order_closed"
    sentence = "This order is already settled or closed."


class PaidMeanwhile(DomainError):
    code = "paid_meanwhile"
    sentence = "You have paid already, at the price that was asked before."

    def __init__(self, sentence: str | None = None, *, fix: str | None = None) -> None:
        super().__init__(sentence, fix=fix or "Look at your order.")


class LinkInvalid(DomainError):
    code = "link_invalid"
    kind = Kind.INVALID
    sentence = "This link is not valid or has expired."


class ProviderUnavailable(DomainError):
    """The provider did not answer usefully; the same attempt may be tried again."""

    code = "provider_unavailable"
    kind = Kind.UNAVAILABLE
    sentence = "The payment provider does not answer right now. Nothing was charged. Please try again in a minute."


class ProviderLockedOut(ProviderUnavailable):
    """The provider does not accept our keys. Nothing is decided by that: it is tried again until they are right."""

    code = "provider_locked_out"
    sentence = "This way to pay is not available right now. Nothing was charged. We have been told."


class ProviderRefused(DomainError):
    """The provider refused for good; trying again with the same words will not help."""

    code = "provider_refused"
    kind = Kind.UNAVAILABLE
    sentence = "The payment provider refused this request. Nothing was charged. We have been told."


class CheckoutGone(ProviderRefused):
    """The provider has no such checkout, or has it no longer."""

    code = "checkout_gone"


class ProviderNotOffered(DomainError):
    code = "provider_not_offered"
    sentence = "This way to pay is not offered here. Please choose another."


class BadSignature(DomainError):
    code = "bad_signature"
    kind = Kind.INVALID
    sentence = "The signature of this delivery is missing or wrong."


class NothingToRepair(DomainError):
    code = "nothing_to_repair"
    sentence = "There is nothing here that can be repaired by a button."


class EventNotHandled(DomainError):
    code = "event_not_handled"
    sentence = "Deliveries of this kind are kept, and nothing follows from them."


# Refunds and disputes


class NothingToRefund(DomainError):
    code = "nothing_to_refund"
    sentence = "There is nothing left here that could be paid back."


class RefundTooLarge(DomainError):
    code = "refund_too_large"
    kind = Kind.INVALID
    sentence = "This is not less than what is left of the payment."


class RefundUnderWay(DomainError):
    code = "refund_under_way"
    sentence = "A refund of this order is already asked for or on its way."


class RefundNotOpen(DomainError):
    code = "refund_not_open"
    sentence = "This refund has been decided already."


class OrderDisputed(DomainError):
    code = "order_disputed"
    sentence = "This payment is disputed at the bank or the provider, which decides about the money now."


# Bookings


class NoSeat(DomainError):
    code = "no_seat"
    sentence = "You have no active seat with this mentor."


class NoCredit(DomainError):
    code = "no_credit"
    sentence = "You have no session left to book with this mentor."


class PackEndsBefore(DomainError):
    code = "pack_ends_before"
    sentence = "Your pack ends before this time."


class SlotNotOffered(DomainError):
    """The time cannot be booked; ``code`` says why."""

    kind = Kind.CONFLICT

    def __init__(self, code: str, sentence: str, *, fix: str | None = None) -> None:
        super().__init__(sentence, fix=fix)
        self.code = code


class HoursChanged(DomainError):
    """Somebody else has stored other hours since these were read."""

    code = "hours_changed"
    sentence = "Your hours were changed somewhere else in the meantime."


class StudentBusy(DomainError):
    code = "student_busy"
    sentence = "You already have a session at this time."


class PlanRefused(DomainError):
    """One session of a plan cannot be booked, so none was; ``code`` says why, ``starts_at`` (ISO 8601) which."""

    kind = Kind.CONFLICT

    def __init__(self, code: str, starts_at: str, sentence: str, *, fix: str | None = None) -> None:
        super().__init__(sentence, fix=fix)
        self.code = code
        self.starts_at = starts_at


class TooLateToReschedule(DomainError):
    code = "too_late_to_reschedule"
    sentence = "It is too late to move this session."


class TooManyReschedules(DomainError):
    code = "too_many_reschedules"
    sentence = "This session has already been moved as often as it can be."


class SessionNotOpen(DomainError):
    code = "session_not_open"
    sentence = "This session is already over or canceled."


class ZoneGone(DomainError):
    code = "zone_gone"
    sentence = "This time zone does not exist any more, so its wall time means no instant."


class NotOverYet(DomainError):
    code = "not_over_yet"
    sentence = "This session has not begun yet."


class CorrectionClosed(DomainError):
    code = "correction_closed"
    sentence = "This session can no longer be corrected."


class NothingToWaive(DomainError):
    code = "nothing_to_waive"
    sentence = "This session used no credit that could be given back."


# Mentors' own calendars


class CalendarUnavailable(ProviderUnavailable):
    code = "calendar_unavailable"
    sentence = "Google Calendar does not answer right now. Please try again in a minute."


class CalendarRefused(ProviderRefused):
    code = "calendar_refused"
    sentence = "Google Calendar refused this request."


class CalendarAccessLost(DomainError):
    code = "calendar_access_lost"
    sentence = "Google does not let us use this calendar any more."


class NothingProposed(DomainError):
    code = "nothing_proposed"
    sentence = "This was decided already, or the event is back where it belongs."


class WholeDayProposed(DomainError):
    code = "whole_day_proposed"
    sentence = "The event lasts whole days now, so it names no time for the session."


class CalendarNotOffered(DomainError):
    code = "calendar_not_offered"
    sentence = "Connecting a calendar is not set up here."


class ConsentDeclined(DomainError):
    code = "consent_declined"
    sentence = "You chose not to connect. Nothing was changed."


class ConsentIncomplete(DomainError):
    """Google lets people tick each permission; without all of them the connection would be half a one."""

    code = "consent_incomplete"
    sentence = "Not every box on Google's page was ticked, so nothing was connected."

    def __init__(self, missing: tuple[str, ...] = (), *, fix: str | None = None) -> None:
        super().__init__(fix=fix)
        self.missing = missing
