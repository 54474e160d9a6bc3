"""The people of each kind of project, with the credentials that clients hold."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hasher, get_hashers
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.tokens import RefreshToken

NAIVE = datetime(2021, 7, 4, 12, 30, 5, 186000)


@dataclass
class Person:
    """A user, and what its clients know. `shown` are attributes that Django has under another name."""

    user: object
    password: str | None = None
    tokens: list = field(default_factory=list)
    access: str | None = None
    refresh: list = field(default_factory=list)
    shown: dict = field(default_factory=dict)


def instant(**parts):
    """An instant as the project stores it."""
    at = NAIVE.replace(**parts)
    return at.replace(tzinfo=timezone.utc) if settings.USE_TZ else at


def add(name, shown=None, password="{} secret", **fields):
    """Makes a user with a password, and with tokens if it may log in."""
    model = get_user_model()
    names = {entry.name for entry in model._meta.get_fields()}
    fields = {"username": name, "first_name": name.title()[:150], "date_joined": instant(), **fields}
    user = model(**{name: value for name, value in fields.items() if name in {*names, "pk"}})
    if password is not None:
        password = password.format(name[:10])
        user.set_password(password)
    user.save()
    person = Person(user, password, shown=shown or {})
    if user.is_active and user.pk is not None:
        give_credentials(person)
    return person


def give_credentials(person):
    """A token, an access token, a refresh token in force and one that is blacklisted."""
    person.tokens.append(Token.objects.create(user=person.user).key)
    ended = RefreshToken.for_user(person.user)
    ended.blacklist()
    living = RefreshToken.for_user(person.user)
    person.refresh += [str(ended), str(living)]
    person.access = str(living.access_token)


def groups(*names, model=Group, **fields):
    return [model.objects.create(name=name, **fields) for name in names]


def plain(group_model=Group, codes=(None,) * 5):
    """Users of every state: all kinds have them. `codes` are their primary keys, where those are texts."""
    ops, support = groups("Ops", "گروه پشتیبانی", model=group_model)
    keys = iter({"code": code} for code in codes)
    ada = add("ada", email="ada@example.com", last_name="Lovelace", is_staff=True, is_superuser=True, **next(keys))
    bob = add("bob", email="bob@example.com", is_staff=True, last_login=instant(year=2024), **next(keys))
    carol = add("carol", email="carol@example.com", password=None, **next(keys))
    carol.user.set_unusable_password()
    carol.user.save()
    dan = add("dan", email="dan@example.com", is_active=False, **next(keys))
    # Accounts of a directory have no password at all.
    eve = add("eve", email="eve@example.com", password=None, **next(keys))
    ada.user.groups.set([ops, support])
    bob.user.groups.set([support])
    return [ada, bob, carol, dan, eve]


def stock():
    """What Django's own model allows, and what its own apps keep beside it."""
    people = plain()
    people += [add(f"without{number}", email="", is_staff=number == 1) for number in range(3)]
    people += [
        add("n" * 150, email="long@example.com", first_name="f" * 150, last_name="l" * 150),
        add("first", email="first@example.com", date_joined=instant(year=1)),
        add("last", email="last@example.com", date_joined=instant(year=9999), last_login=instant(year=9999)),
        add("دانا@+.-_", email="dana@example.com", first_name='quo"te\\ <b>&amp;</b>\t😀'),
    ]
    # SQLite stores null characters, and PostgreSQL does not.
    people.append(add("null", email="null@example.com", last_name="a\0b"))
    permission = Permission.objects.order_by("pk").first()
    people[0].user.user_permissions.add(permission)
    people[0].user.groups.first().permissions.add(permission)
    kind = ContentType.objects.get_for_model(get_user_model())
    for number in range(100):
        expires = instant() + timedelta(days=9999)
        Session.objects.create(session_key=f"session{number}", session_data="e30", expire_date=expires)
        LogEntry.objects.create(
            user=people[0].user, content_type=kind, object_id="1", object_repr="x", action_flag=ADDITION, change_message="[]"
        )
    return people


def gaps():
    """Ids that are not 1, 2, 3 …: a dump without them cannot tell."""
    add("gone").user.delete()
    Group.objects.create(name="gone").delete()
    people = plain()
    get_user_model().objects.filter(username="nobody").delete()
    return [*people, add("late", email="late@example.com", pk=70)]


def crew():
    shown = {"mobile_number": "09120000001", "number_phone": "0210000001", "gender": "female", "avatar": "photos/ada.jpg"}
    fields = {"mobile": "09120000001", "phone": "0210000001", "sex": "F", "photo": "photos/ada.jpg", "bio": "Counts."}
    gina = add("gina", shown, email="gina@example.com", is_staff=True, **fields)
    hal = add("hal", {"gender": "male", "mobile_number": "", "number_phone": ""}, email="", is_staff=True, sex="M", bio="Opens doors.")
    people = plain()
    for person in people:
        person.shown = {"mobile_number": "", "number_phone": ""}
    return [*people, gina, hal]


def signup():
    people = plain()
    people.append(add("Zoë", email="zoe@example.com", is_staff=True))
    return people


def shop():
    """A chat beside the shop has users and groups of its own, with the ids of the shop's."""
    from chat import models as chat

    people = plain()
    rooms = groups("Lobby", "Ops", model=chat.Group, notes="a room")
    for person in people:
        nick = chat.ChatUser.objects.create(account=person.user, username=f"nick-{person.user.username}", password="plain text")
        nick.groups.set(rooms)
    return people


def uuids():
    return plain()


def codes():
    return plain(codes=["A-1", "7", "007", "ü/ß", "e" * 40])


def zero():
    """An old database of MySQL, or a fixture, has given somebody the id 0."""
    return [*plain(), add("zero", email="zero@example.com", pk=0, is_staff=True)]


def profiles():
    from profiles.models import Profile

    # Its ids are not those of the users.
    add("gone").user.delete()
    people = plain()
    ada, bob = people[:2]
    Profile.objects.create(user=bob.user, gender="male", bio="Opens doors.")
    Profile.objects.create(user=ada.user, mobile_phone="09120000001", gender="F", avatar="avatars/ada.png")
    ada.shown = {"mobile_number": "09120000001", "gender": "female", "avatar": "avatars/ada.png"}
    bob.shown = {"gender": "male", "mobile_number": ""}
    return people


def profile_keys():
    from profile_keys.models import UserProfile

    people = plain()
    ada, bob = people[:2]
    UserProfile.objects.create(user=ada.user, telephone="0210000001", gender=2)
    UserProfile.objects.create(user=bob.user, gender=1)
    ada.shown = {"number_phone": "0210000001", "gender": "female"}
    bob.shown = {"gender": "male", "number_phone": ""}
    return people


def club():
    from club.models import Member, TeamGroup

    people = plain()
    for person, phone in zip(people, ["0210000001", "0210000002"]):
        Member(user_ptr=person.user, phone=phone, **rest(person.user)).save()
        person.shown = {"number_phone": phone}
    for group in Group.objects.all():
        TeamGroup(group_ptr=group, name=group.name, notes=f"who {group.name} are").save()
    return people


def rest(user):
    """The values of a user for a record that inherits from it."""
    return {entry.attname: getattr(user, entry.attname) for entry in user._meta.concrete_fields}


def own_groups():
    from own_groups.models import Group as Own

    people = plain(Own)
    Own.objects.filter(name="Ops").update(notes="keep it running")
    return people


def shared():
    people = plain()
    people += [add(name, email="office@example.com", is_staff=True) for name in ("office1", "office2", "office3")]
    people += [add("upper", email="ADA@example.com"), add("Ada", email="Ada@Example.com")]
    return people


def naive():
    return [*plain(), add("winter", email="winter@example.com", date_joined=instant(month=1), last_login=instant(year=2035)), add("first", email="first@example.com", date_joined=instant(year=1))]


def hashers():
    """A user for each hasher of Django's settings."""
    people = plain()
    for hasher in get_hashers():
        name = hasher.algorithm
        person = add(name, email=f"{name}@example.com", is_staff=True)
        # salt() of those that have none is empty.
        person.user.password = hasher.encode(person.password, hasher.salt())
        person.user.save()
        people.append(person)
    return people


current_hashers = hashers


def knox():
    from knox.models import AuthToken
    from knox.settings import knox_settings

    # Versions before 5 have none.
    prefix = {"prefix": "app_"} if "TOKEN_PREFIX" in knox_settings.defaults else {}
    people = plain()
    for person in people:
        if person.user.is_active:
            _, in_force = AuthToken.objects.create(person.user)
            _, endless = AuthToken.objects.create(person.user, expiry=None, **prefix)
            _, expired = AuthToken.objects.create(person.user, expiry=timedelta(seconds=-1))
            person.tokens += [in_force, endless, expired]
    return people


def organizations():
    from organizations.models import Organization, OrganizationOwner, OrganizationUser

    people = plain()
    for number, name in enumerate(["Acme", "Örtliche"]):
        organization = Organization.objects.create(name=name, slug=f"org-{number}")
        owner = None
        for person in people[number:]:
            member = OrganizationUser.objects.create(
                organization=organization, user=person.user, is_admin=person.user.username == "bob"
            )
            owner = owner or member
        OrganizationOwner.objects.create(organization=organization, organization_user=owner)
    return people


def change(secrets):
    """What happens between two dumps; what clients know follows."""
    users = get_user_model().objects
    known = {person["name"]: person for person in secrets}
    users.get(username="bob").delete()
    Token.objects.filter(user__username="carol").delete()
    RefreshToken(known["without1"]["refresh"][-1][0]).blacklist()
    # A log-in after the cost of hashes has been raised: the same password.
    ada = users.get(username="ada")
    ada.password = get_hasher().encode(known["ada"]["password"], "another salt", iterations=2)
    ada.last_login = instant(year=2025)
    ada.save()
    ada.groups.clear()
    for shown in (known["ada"]["me"], known["ada"]["profile"]):
        shown["last_login"] = ada.last_login.isoformat().replace("+00:00", "Z")
    known["ada"]["me"]["groups"] = []
    changed = users.get(username="without0")
    changed.set_password("new secret")
    changed.save()
    # Here a new password ends what came before it.
    known["without0"].update(password="new secret", tokens=[], access=[], refresh=[])
