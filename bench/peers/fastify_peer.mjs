// The reads in Fastify, each by one prepared statement of pg; a process for each of two cores.
import cluster from "node:cluster";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import Fastify from "fastify";
import pg from "pg";

const KEY = process.env.SIGNING_KEY;
const ME = {
  name: "me",
  text: `SELECT u.id, u.username, u.mobile_number, u.email, u.avatar, u.first_name, u.last_name, u.gender, u.is_active, u.is_staff,
    u.last_login, u.date_joined, g.id AS group_id, g.name, g.notes, g.users_count, g.created_at, g.updated_at
    FROM tokens t JOIN users u ON u.id = t.user_id
    LEFT JOIN user_groups m ON m.user_id = u.id LEFT JOIN groups g ON g.id = m.group_id
    WHERE t.digest = $1 ORDER BY g.id`,
};
const PROFILE = {
  name: "profile",
  text: `SELECT id, username, email, first_name, last_name, number_phone, avatar, date_joined, last_login, is_active, is_staff,
    is_superuser FROM users WHERE id = $1`,
};

// Numbers as numbers, and instants, which are stored in UTC, as texts.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => text.replace(" ", "T") + "Z");

class Refused extends Error {
  constructor(statusCode, message) {
    super(message);
    this.statusCode = statusCode;
  }
}

function credential(request, scheme) {
  const given = request.headers.authorization ?? "";
  if (!given.startsWith(scheme + " ")) throw new Refused(401, "Authentication credentials were not provided.");
  return given.slice(scheme.length + 1);
}

function subject(token) {
  const refused = new Refused(401, "Given token not valid for any token type");
  const [head, body, signature] = token.split(".");
  if (!signature) throw refused;
  const expected = createHmac("sha256", KEY).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refused;
  const read = (part) => JSON.parse(Buffer.from(part, "base64url"));
  const claims = read(body);
  if (read(head).alg !== "HS256" || claims.exp <= Date.now() / 1000) throw refused;
  return claims.user_id;
}

function reads(pool) {
  const app = Fastify();
  app.get("/api/users/me/", async (request) => {
    const digest = createHash("sha256").update(credential(request, "Token")).digest();
    const { rows } = await pool.query({ ...ME, values: [digest] });
    const user = rows[0];
    if (!user?.is_active) throw new Refused(401, "Invalid token.");
    if (!user.is_staff) throw new Refused(403, "You do not have permission to perform this action.");
    const { id, username, mobile_number, email, first_name, last_name, gender, last_login, date_joined } = user;
    return {
      id, username, mobile_number, email,
      avatar: user.avatar ? `http://${request.host}/media/${user.avatar}` : null,
      first_name, last_name,
      full_name: [first_name, last_name].filter(Boolean).join(" ") || null,
      gender,
      is_profile_completed: Boolean(mobile_number && email && first_name && last_name && gender),
      groups: rows.filter((row) => row.group_id !== null).map((row) => ({
        id: row.group_id, name: row.name, notes: row.notes, users_count: row.users_count,
        created_at: row.created_at, updated_at: row.updated_at,
      })),
      last_login,
      created_at: date_joined,
    };
  });
  app.post("/api/profile/", async (request) => {
    const { rows } = await pool.query({ ...PROFILE, values: [subject(credential(request, "Bearer"))] });
    const user = rows[0];
    if (!user?.is_active) throw new Refused(401, "User is inactive");
    return { ...user, avatar: user.avatar ? `/media/${user.avatar}` : null };
  });
  return app;
}

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  process.on("SIGTERM", () => {
    for (const worker of workers) worker.process.kill();
    process.exit();
  });
} else {
  const app = reads(new pg.Pool({ max: 4, ssl: false }));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  console.log(`listening on ${url}`);
}
