"""Posts: who holds which role where, with deputy and days; from a form and from a list."""

from gridmap.services.posts.answers import (
    HELD_BY_ONE,
    ImportedPosts,
    NewPost,
    PlaceKind,
    PostPlace,
    PostsRefused,
    Vacancy,
)
from gridmap.services.posts.assigning import (
    add_person,
    assign,
    end,
    list_people,
    list_places,
    list_posts,
    set_deputy,
    set_people,
    today,
    vacancies,
)
from gridmap.services.posts.importing import import_table
from gridmap.services.posts.template import require_new_workbook, write_template

__all__ = [
    "HELD_BY_ONE",
    "ImportedPosts",
    "NewPost",
    "PlaceKind",
    "PostPlace",
    "PostsRefused",
    "Vacancy",
    "add_person",
    "assign",
    "end",
    "import_table",
    "list_people",
    "list_places",
    "list_posts",
    "require_new_workbook",
    "set_deputy",
    "set_people",
    "today",
    "vacancies",
    "write_template",
]
