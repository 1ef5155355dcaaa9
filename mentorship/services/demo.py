"""The people that sandbox mode offers on its sign-in page, and the code on its checkout."""

from mentorship.domain.actors import Access
from mentorship.schemas.accounts import DemoAccount
from mentorship.services.context import Context
from mentorship.services.use_case import use_case

PASSWORD = "mentorship-demo"  # noqa: S105 - printed on the sandbox's sign-in page
ACCOUNTS = (
    DemoAccount("Lena Fischer", "lena@demo.example", PASSWORD, "student"),
    DemoAccount("Noah Williams", "noah@demo.example", PASSWORD, "student"),
    DemoAccount("Sofia Moretti", "sofia-moretti@demo.example", PASSWORD, "mentor"),
    DemoAccount("Ada Admin", "admin@demo.example", PASSWORD, "admin"),
)
CODE, PERCENT = "WELCOME20", 20
"""A promotion code that the sandbox's checkout tells of."""


@use_case(Access.PUBLIC)
def demo_accounts(ctx: Context) -> list[DemoAccount]:
    """Accounts that a visitor may use, in sandbox mode only; otherwise none."""
    return list(ACCOUNTS) if ctx.site.is_sandbox else []
