"""The site by Django's own test client."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client, TestCase

from parvis.contrib.django.testing import ParvisMixin

from .models import Deal


class DealsTest(ParvisMixin, TestCase):
    """Three people, two teams, two deals."""

    def setUp(self) -> None:
        """A fresh store beside the fresh database."""
        super().setUp()
        call_command("demo")
        self.deal = Deal.objects.get(team__name="Sales North")

    def browser(self, name: str) -> Client:
        """A browser of somebody."""
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    def page(self, name: str, path: str) -> Any:
        """A page as somebody sees it."""
        return self.browser(name).get(path).content.decode()

    def win(self, name: str) -> Any:
        """Somebody wins the deal. What the view hands to `request.parvis.later` happens at the commit."""
        with self.captureOnCommitCallbacks(execute=True):
            return self.browser(name).post(f"/deals/{self.deal.pk}/win/")

    def test_who_wins_a_deal_tells_the_team(self) -> None:
        """And nobody else."""
        self.win("ana")
        won = self.browser("ana").get(f"/deals/{self.deal.pk}/")
        self.assertContains(won, "Signed: <strong>A deal of Sales North</strong>", html=False)
        self.assertIn("Signed:", self.page("ben", "/"))
        self.assertNotIn("Signed:", self.page("cleo", "/"))
        # Who is not of the team sees the deal, and nothing where its wall would stand.
        alone = self.browser("cleo").get(f"/deals/{self.deal.pk}/")
        self.assertContains(alone, "A deal of Sales North")
        self.assertNotContains(alone, "Signed:")

    def test_who_is_not_of_the_team_changes_nothing(self) -> None:
        """Neither the row nor the wall."""
        self.assertEqual(self.win("cleo").status_code, 403)
        self.deal.refresh_from_db()
        self.assertFalse(self.deal.won)
        self.assertNotIn("Signed:", self.page("ben", "/"))

    def test_a_post_is_a_404_for_those_who_may_not_see_it(self) -> None:
        """Whoever leaves the team sees it no more."""
        self.win("ana")
        path = self.page("ben", "/").split('href="/posts/')[1].split('"')[0]
        self.assertEqual(self.browser("ben").get(f"/posts/{path}").status_code, 200)
        self.assertEqual(self.browser("cleo").get(f"/posts/{path}").status_code, 404)
        User.objects.get(username="ben").groups.clear()
        self.assertEqual(self.browser("ben").get(f"/posts/{path}").status_code, 404)

    def test_pages_allow_nothing_inline(self) -> None:
        """And hold nothing inline."""
        answer = self.browser("ana").get("/")
        self.assertIn("script-src 'self'", answer["Content-Security-Policy"])
        for forbidden in (" style=", "<style", "onclick", "<script>"):
            self.assertNotIn(forbidden, answer.content.decode())

    def test_whoever_is_new_is_there_at_once(self) -> None:
        """Signals tell users and groups."""
        new = User.objects.create_user("dora", first_name="Dora")
        new.groups.add(Group.objects.get(name="Sales South"))
        self.assertIn('aria-label="News"', self.page("dora", "/"))
