"""What psycopg 3 sees: a line of JSON a step. WHO is reader, full or direct."""
import json, os, threading
import psycopg
from psycopg.rows import dict_row

WHO = os.environ["WHO"]


def show(step, value):
    print(step + "\t" + json.dumps(value, default=str), flush=True)


def failing(run):
    try:
        run()
        return "no error"
    except psycopg.Error as error:
        d = error.diag
        return [d.sqlstate, d.message_primary, d.message_detail, d.message_hint, d.statement_position]


conn = psycopg.connect("", autocommit=True)
if WHO != "direct":
    show("+encrypted", conn.pgconn.ssl_in_use)
show("server", [conn.info.server_version, conn.info.encoding, conn.info.transaction_status.name])
for binary in (False, True):
    rows = conn.execute("select id, name, price, made, tags, data, raw, ok, ref from item where id in (1, 300) order by id", binary=binary).fetchall()
    show(f"types, binary {binary}", rows)
rows = [conn.execute("select name from item where id = %s", (i,), prepare=True).fetchone() for i in range(1, 9)]
show("prepared", [rows, len(conn._prepared._names)])
show("of another type", conn.execute("select %s::text || 'x', %b::int8", ("a", 7)).fetchall())
with conn.pipeline() as pipe:
    answers = [conn.execute("select %s::int * 2", (i,)) for i in range(20)]
    pipe.sync()
    show("pipeline", [one.fetchone()[0] for one in answers])


def broken_pipeline():
    with conn.pipeline():
        conn.execute("select 1")
        conn.execute("select nothing_here from item")
        conn.execute("select 3")


show("broken pipeline", failing(broken_pipeline))
show("after it", conn.execute("select 4").fetchall())
with conn.transaction(), conn.cursor("walk", row_factory=dict_row) as walk:
    walk.execute("select id from item where id <= 40 order by id")
    show("server cursor", [walk.fetchmany(7), walk.fetchmany(3), walk.scroll(2), walk.fetchone()])
try:
    with conn.transaction():
        with conn.transaction(force_rollback=True):
            conn.execute("select 1")
        show("savepoint", failing(lambda: conn.execute("select 1 / 0")))
except psycopg.Error as error:
    show("outer", str(error))
show("state", conn.info.transaction_status.name)
show("syntax error", failing(lambda: conn.execute("select * form item")))
show("types by name", [psycopg.types.TypeInfo.fetch(conn, name).oid for name in ("int4", "jsonb", "text")])
threading.Timer(0.4, conn.cancel).start()
show("cancelled", failing(lambda: conn.execute("select pg_sleep(20)")))
show("describe", [[c.name, c.type_code, c.precision, c.scale] for c in conn.execute("select * from item limit 0").description])

if WHO == "reader":
    show("+refused", failing(lambda: conn.execute("insert into loaded values (1, 'x')")))
    show("+refused bound", failing(lambda: conn.execute("insert into loaded values (%s, 'x')", (1,))))

    def refused_pipeline():
        with conn.pipeline():
            conn.execute("select 1")
            conn.execute("delete from item where id = %s", (1,))
            conn.execute("select 3")

    show("+refused in a pipeline", failing(refused_pipeline))
    show("+goes on", conn.execute("select count(*) from item").fetchall())
else:
    with conn.cursor() as cur:
        with conn.transaction(force_rollback=True):
            with cur.copy("copy loaded from stdin (format binary)") as copy:
                copy.set_types(["int4", "text"])
                for i in range(3000):
                    copy.write_row((i, f"note {i}"))
            with cur.copy("copy (select * from loaded order by id limit 3) to stdout") as copy:
                show("copy", [bytes(block).decode() for block in copy])
            cur.executemany("insert into loaded values (%s, %s) returning id", [(i, "x") for i in range(10)], returning=True)
            ids = [cur.fetchone()[0]]
            while cur.nextset():
                ids.append(cur.fetchone()[0])
            show("executemany", ids)
        def bad_copy():
            with cur.copy("copy loaded from stdin") as copy:
                copy.write("no number\tx\n")
        show("copy error", failing(bad_copy))
        show("rolled back", conn.execute("select count(*) from loaded").fetchall())
    notes = []
    conn.add_notify_handler(lambda note: notes.append([note.channel, note.payload]))
    conn.execute("listen news")
    conn.execute("notify news, 'paper'")
    conn.execute("select 1")
    show("notification", notes)
    heard = []
    conn.add_notice_handler(lambda diag: heard.append([diag.severity, diag.message_primary]))
    conn.execute("do $$ begin raise warning 'from code'; end $$")
    show("notices", heard)
conn.close()
