"""The reads in FastAPI, each by one statement of asyncpg."""
import os
from contextlib import asynccontextmanager
from hashlib import sha256

import asyncpg
import jwt
import orjson
from fastapi import FastAPI, HTTPException, Request, Response

KEY = os.environ["SIGNING_KEY"]
ME = """
SELECT u.id, u.username, u.mobile_number, u.email, u.avatar, u.first_name, u.last_name, u.gender, u.is_active, u.is_staff,
  u.last_login, u.date_joined, g.id AS group_id, g.name, g.notes, g.users_count, g.created_at, g.updated_at
FROM tokens t
JOIN users u ON u.id = t.user_id
LEFT JOIN user_groups m ON m.user_id = u.id
LEFT JOIN groups g ON g.id = m.group_id
WHERE t.digest = $1
ORDER BY g.id
"""
PROFILE = """
SELECT id, username, email, first_name, last_name, number_phone, avatar, date_joined, last_login, is_active, is_staff, is_superuser
FROM users
WHERE id = $1
"""
COMPLETE = ("mobile_number", "email", "first_name", "last_name", "gender")


@asynccontextmanager
async def pool_of(app):
    async with asyncpg.create_pool(min_size=4, max_size=4, ssl=False) as app.state.pool:
        yield


app = FastAPI(lifespan=pool_of)


def credential(request, scheme):
    given, _, value = request.headers.get("authorization", "").partition(" ")
    if given != scheme:
        raise HTTPException(401, "Authentication credentials were not provided.")
    return value


def answer(value):
    """Stored instants are in UTC."""
    text = orjson.dumps(value, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)
    return Response(text, media_type="application/json")


def group(row):
    return {
        "id": row["group_id"], "name": row["name"], "notes": row["notes"], "users_count": row["users_count"],
        "created_at": row["created_at"], "updated_at": row["updated_at"],
    }


@app.get("/api/users/me/")
async def me(request: Request):
    rows = await app.state.pool.fetch(ME, sha256(credential(request, "Token").encode()).digest())
    if not rows or not rows[0]["is_active"]:
        raise HTTPException(401, "Invalid token.")
    user = rows[0]
    if not user["is_staff"]:
        raise HTTPException(403, "You do not have permission to perform this action.")
    avatar = f"{request.base_url}media/{user['avatar']}" if user["avatar"] else None
    names = [name for name in (user["first_name"], user["last_name"]) if name]
    return answer({
        "id": user["id"], "username": user["username"], "mobile_number": user["mobile_number"], "email": user["email"],
        "avatar": avatar, "first_name": user["first_name"], "last_name": user["last_name"], "full_name": " ".join(names) or None,
        "gender": user["gender"], "is_profile_completed": all(user[name] for name in COMPLETE),
        "groups": [group(row) for row in rows if row["group_id"] is not None],
        "last_login": user["last_login"], "created_at": user["date_joined"],
    })


@app.post("/api/profile/")
async def profile(request: Request):
    try:
        claims = jwt.decode(credential(request, "Bearer"), KEY, algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401, "Given token not valid for any token type") from None
    user = await app.state.pool.fetchrow(PROFILE, int(claims["user_id"]))
    if not user or not user["is_active"]:
        raise HTTPException(401, "User is inactive")
    return answer({**user, "avatar": f"/media/{user['avatar']}" if user["avatar"] else None})
