"""What psycopg 2 sees: a line of JSON a step. WHO is reader, full or direct."""
import io, json, os, threading, time
import psycopg2, psycopg2.extensions, psycopg2.extras

WHO = os.environ["WHO"]


def show(step, value):
    print(step + "\t" + json.dumps(value, default=str), flush=True)


def failing(run):
    try:
        run()
        return "no error"
    except psycopg2.Error as error:
        d = error.diag
        return [d.sqlstate, d.message_primary, d.message_detail, d.message_hint, d.statement_position]


conn = psycopg2.connect("")
if WHO != "direct":
    show("+encrypted", conn.info.ssl_in_use)
show("server", [conn.server_version, conn.encoding, conn.get_parameter_status("standard_conforming_strings")])
cur = conn.cursor()
cur.execute("select * from item where id in (1, 2, 300) order by id")
show("types", [[str(v) if not isinstance(v, memoryview) else bytes(v).hex() for v in row] for row in cur.fetchall()])
show("columns", [[c.name, c.type_code, c.precision, c.scale] for c in cur.description])
cur.execute("select %s::int + 1, %s, %s::text[]", (41, "it's", ["a", None]))
show("values", cur.fetchall())
show("mogrified", cur.mogrify("select %s", (b"\x00\xff",)).decode())
conn.commit()
named = conn.cursor("walk")
named.itersize = 7
named.execute("select id from item where id <= 40 order by id")
show("server cursor", [row[0] for row in named])
conn.rollback()
show("syntax error", failing(lambda: cur.execute("select * form item")))
conn.rollback()
show("missing column", failing(lambda: cur.execute("select nothing_here from item")))
show("in a failed transaction", failing(lambda: cur.execute("select 1")))
conn.rollback()
conn.set_session(isolation_level="SERIALIZABLE", readonly=True)
cur.execute("show transaction_isolation")
show("isolation", cur.fetchall())
conn.rollback()
conn.set_session(isolation_level="DEFAULT", readonly="DEFAULT")
cur.execute("select table_name, column_name, data_type from information_schema.columns where table_schema = 'public' order by 1, ordinal_position")
show("information schema", cur.fetchall())
conn.commit()
threading.Timer(0.4, conn.cancel).start()
show("cancelled", failing(lambda: cur.execute("select pg_sleep(20)")))
conn.rollback()
conn.autocommit = True
cur.execute("select 1; select 2")
show("several", cur.fetchall())

if WHO == "reader":
    show("+refused", failing(lambda: cur.execute("insert into loaded values (1, 'x')")))
    show("+refused copy in", failing(lambda: cur.copy_expert("copy loaded from stdin", io.StringIO("1\tx\n"))))
    show("+refused copy out", failing(lambda: cur.copy_expert("copy item to stdout", io.StringIO())))
    show("+goes on", cur.execute("select 1") or cur.fetchall())
else:
    conn.autocommit = False
    cur.copy_expert("copy loaded from stdin with (format csv)", io.StringIO("".join(f"{i},note {i}\n" for i in range(5000))))
    out = io.StringIO()
    cur.copy_expert("copy (select * from loaded order by id limit 3) to stdout", out)
    show("copy", [cur.rowcount, out.getvalue()])
    show("copy error", failing(lambda: cur.copy_expert("copy loaded from stdin", io.StringIO("no number\tx\n"))))
    conn.rollback()
    psycopg2.extras.execute_values(cur, "insert into loaded values %s returning id", [(i, f"v{i}") for i in range(20)])
    show("execute_values", [row[0] for row in cur.fetchall()])
    conn.rollback()
    show("rolled back", cur.execute("select count(*) from loaded") or cur.fetchall())
    conn.commit()
    conn.autocommit = True
    cur.execute("do $$ begin raise notice 'hello from code'; end $$")
    show("notices", conn.notices)
    cur.execute("listen news; notify news, 'paper'")
    conn.poll()
    show("notifications", [[n.channel, n.payload] for n in conn.notifies])
conn.close()
