"""Tower's list of users at two sizes: what is answered from an index must not grow with the number of users."""
import json
import time
import urllib.error
import urllib.request

from measure import Target, of

USERS = "/api/v1/users/"
PAGE = 25
# Patience with one request, longer than any statement may take.
LONGEST = 60


def queries(users):
    """Name, path, and whether an index answers it. Filters match as many users at each size, a power of ten."""
    nines = "9" * (len(str(users)) - 2)
    last = -(-users // PAGE)
    ids = ",".join(str(1 + step * (users - 1) // 24) for step in range(PAGE))
    return [
        ("first page", USERS, True),
        ("page in the middle", f"{USERS}?page={max(last // 2, 1)}", True),
        ("last page", f"{USERS}?page={last}", True),
        ("last of pages of 20", f"{USERS}?page_size=20&page={-(-users // 20)}", True),
        ("order_by=-id", f"{USERS}?order_by=-id", True),
        ("order_by=username", f"{USERS}?order_by=username", True),
        ("username=", f"{USERS}?username=user{users // 2}", True),
        ("username__startswith=", f"{USERS}?username__startswith=user{nines}", True),
        ("id__in= of 25", f"{USERS}?id__in={ids}", True),
        ("one user", f"{USERS}{users // 2}/", True),
        ("users of a team", "/api/v1/teams/7/users/", True),
        ("username__icontains=", f"{USERS}?username__icontains={nines}", False),
        ("search=", f"{USERS}?search={nines}", False),
    ]


def ask(server, path, key):
    """Status, `count` and seconds of one request."""
    request = urllib.request.Request(server.url + path, headers={"Authorization": f"Token {key}"})
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=LONGEST) as answer:
            status, body = answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None, time.monotonic() - began
    return status, body.get("count"), time.monotonic() - began


def alone(server, path, key):
    """Of three requests, one after another, the one of median time."""
    return sorted((ask(server, path, key) for _ in range(3)), key=lambda answer: answer[2])[1]


def size(bench, backend, users):
    """For each query an answer, and the target under load: none if no index answers it, or it was no 200."""
    file = bench.credentials(users, "superuser.txt")
    with open(file, encoding="ascii") as keys:
        key = keys.read().strip()
    found = {}
    with bench.service(backend, users) as server:
        pid = bench.postgres_pid if backend == "postgres" else None
        for name, path, is_indexed in queries(users):
            answer = alone(server, path, key)
            target = Target(f"{name}, {backend}, {users} users", server, path, "GET", "Token", file, pid)
            found[name] = answer, target if is_indexed and answer[0] == 200 else None
        bench.measure([target for _, target in found.values() if target], 8)
    return found


def run(bench):
    small, large = bench.arguments.sizes[0], bench.arguments.sizes[-1]
    print(f"## Tower's list of users, 8 connections, p50 at {large:,} users over that at {small:,}\n")
    for backend in bench.backends():
        before, after = (size(bench, backend, users) for users in (small, large))
        print(f"| {backend} | p50 ms at {small:,} | p50 ms at {large:,} | ratio | at most | noise |")
        print("|---|--:|--:|--:|--:|--:|")
        remarks = []
        for name, _, is_indexed in queries(small):
            (one, less), (other, more) = before[name], after[name]
            if one[0] != 200 or other[0] != 200:
                remarks.append(f"{name}: answered {one[0]} and {other[0]} in {other[2]:.1f} s")
                continue
            if name.endswith("=") and one[1] != other[1]:
                remarks.append(f"{name}: {one[1]} users of {small:,} match, and {other[1]} of {large:,}: compare with care")
            if not is_indexed:
                remarks.append(f"{name}: {one[2] * 1e3:.0f} ms alone, and {other[2] * 1e3:.0f} ms at {large:,} users")
                continue
            p50 = of(less, "p50_us") / 1e3, of(more, "p50_us") / 1e3
            noise = max(sample["noise"] for target in (less, more) for sample in target.samples)
            print(f"| {name} | {p50[0]:.2f} | {p50[1]:.2f} | {p50[1] / p50[0]:.2f} | 1.5 | {noise:.2f} |")
        print()
        for remark in remarks:
            print(f"- {remark}")
        print()
