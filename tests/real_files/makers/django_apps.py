"""Django: a blog with auth, sessions and admin log; a clinic with durations, decimals, UUIDs and JSON."""
import sys
import types
import uuid
from datetime import timedelta
from decimal import Decimal

import django
from django.conf import settings
from common import PEOPLE, closed, day, dice, place, utc

blog, clinic = place("django_blog"), place("django_clinic")
settings.configure(
    SECRET_KEY="made-up", USE_TZ=True, TIME_ZONE="UTC", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.admin", "django.contrib.messages"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": blog}, "clinic": {"ENGINE": "django.db.backends.sqlite3", "NAME": clinic}})
django.setup()
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connections, models

r = dice("django_blog")
call_command("migrate", verbosity=0)


class Post(models.Model):
    title = models.CharField(max_length=120)
    body = models.TextField()
    author = models.ForeignKey(User, models.CASCADE)
    status = models.CharField(max_length=2, choices=[("DF", "Draft"), ("PB", "Published")])
    published_at = models.DateTimeField(null=True)
    featured = models.BooleanField(default=False)

    class Meta:
        app_label = "blog"


class Comment(models.Model):
    post = models.ForeignKey(Post, models.CASCADE)
    author_name = models.CharField(max_length=80)
    text = models.TextField()
    created_at = models.DateTimeField()
    approved = models.BooleanField()

    class Meta:
        app_label = "blog"


with connections["default"].schema_editor() as editor:
    editor.create_model(Post)
    editor.create_model(Comment)
editors = Group.objects.create(name="editors")
users = []
for i, name in enumerate(PEOPLE[:14]):
    first, last = name.split()[0], name.split()[-1]
    u = User.objects.create_user(first.lower(), f"{first.lower()}@example.org", "pw", first_name=first, last_name=last, is_staff=i in (0, 3, 5, 8), is_superuser=i in (0, 5), is_active=i not in (9, 12))
    User.objects.filter(pk=u.pk).update(date_joined=utc(day(r, "2021-02-01", "2025-06-01")), last_login=utc(day(r, "2025-07-01")) if i % 4 else None)
    users.append(u)
editors.user_set.add(*users[1:5])
topics = ["bread", "bicycles", "the allotment", "winter soups", "night trains", "old maps", "bees", "sailing"]
for i in range(70):
    public = r.random() < 0.75
    p = Post.objects.create(title=f"{r.choice(['Notes on', 'More about', 'A year of', 'Against', 'In praise of'])} {r.choice(topics)}", body="Text. " * r.randrange(5, 30), author=r.choice(users[:6]),
                            status="PB" if public else "DF", published_at=utc(day(r)).replace(microsecond=r.choice([0, r.randrange(10**6)])) if public else None, featured=public and r.random() < 0.2)
    LogEntry.objects.create(user=users[0], content_type=ContentType.objects.get_for_model(User), object_id=str(p.pk), object_repr=p.title, action_flag=r.choice([ADDITION, CHANGE]), change_message="", action_time=utc(day(r)))
    for _ in range(r.randrange(6)):
        Comment.objects.create(post=p, author_name=r.choice(PEOPLE), text="Well said.", created_at=utc(day(r)), approved=r.random() < 0.8)
for i in range(8):
    s = SessionStore()
    s["cart"] = i
    s.create()
    Session.objects.filter(pk=s.session_key).update(expire_date=utc(day(r, "2025-11-01", "2026-03-01")))


class Patient(models.Model):
    id = models.UUIDField(primary_key=True)
    full_name = models.CharField(max_length=80)
    born = models.DateField()
    insured = models.BooleanField()
    contact = models.JSONField()

    class Meta:
        app_label = "clinic"


class Doctor(models.Model):
    full_name = models.CharField(max_length=80)
    speciality = models.CharField(max_length=40)

    class Meta:
        app_label = "clinic"


class Appointment(models.Model):
    patient = models.ForeignKey(Patient, models.CASCADE)
    doctor = models.ForeignKey(Doctor, models.CASCADE)
    starts_at = models.DateTimeField()
    took = models.DurationField(null=True)
    fee = models.DecimalField(max_digits=8, decimal_places=2)
    outcome = models.SmallIntegerField(choices=[(1, "done"), (2, "cancelled"), (3, "no show")])

    class Meta:
        app_label = "clinic"


r = dice("django_clinic")
call_command("migrate", "contenttypes", database="clinic", verbosity=0)
with connections["clinic"].schema_editor() as editor:
    for m in (Patient, Doctor, Appointment):
        editor.create_model(m)
patients = [Patient.objects.using("clinic").create(id=uuid.UUID(int=r.getrandbits(128), version=4), full_name=n, born=day(r, "1940-01-01", "2018-01-01").date(), insured=r.random() < 0.7,
                                                   contact={"phone": f"+49 30 {r.randrange(10**6)}", "city": r.choice(["Berlin", "Potsdam", "Leipzig"])}) for n in PEOPLE]
doctors = [Doctor.objects.using("clinic").create(full_name=n, speciality=s) for n, s in [("Dr Ada Winter", "dermatology"), ("Dr Ben Sommer", "cardiology"), ("Dr Cleo Herbst", "paediatrics"), ("Dr Dirk Lenz", "cardiology")]]
for _ in range(180):
    o = r.choices([1, 2, 3], [8, 1, 1])[0]
    Appointment.objects.using("clinic").create(patient=r.choice(patients), doctor=r.choice(doctors), starts_at=utc(day(r, hours=(8, 17))), took=timedelta(minutes=r.randrange(8, 75), seconds=r.randrange(60)) if o == 1 else None,
                                               fee=Decimal(r.randrange(3000, 24000)) / 100 if o == 1 else Decimal("0"), outcome=o)
connections.close_all()
closed(blog)
closed(clinic)
