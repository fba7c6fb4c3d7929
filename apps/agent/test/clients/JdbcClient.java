import java.io.*;
import java.sql.*;
import java.util.*;
import java.util.concurrent.*;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.util.PSQLException;

/** What pgjdbc sees: a line a step. WHO is reader, full or direct. */
class JdbcClient {
  interface Run { void run() throws Exception; }

  static final String WHO = System.getenv("WHO");

  static void show(String step, Object value) {
    System.out.println(step + "\t" + value);
  }

  static String failing(Run run) {
    try {
      run.run();
      return "no error";
    } catch (PSQLException error) {
      var server = error.getServerErrorMessage();
      if (server == null) return error.getSQLState() + " " + error.getMessage();
      return error.getSQLState() + " | " + server.getMessage() + " | " + server.getDetail() + " | " + server.getHint() + " | " + server.getPosition();
    } catch (Exception error) {
      return error.toString();
    }
  }

  static String rows(ResultSet set) throws Exception {
    var all = new StringBuilder();
    int columns = set.getMetaData().getColumnCount();
    while (set.next()) {
      for (int i = 1; i <= columns; i++) all.append(text(set, i)).append(i < columns ? "," : ";");
    }
    set.close();
    return all.toString().replace("\n", "\\n");
  }

  public static void main(String[] args) throws Exception {
    String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
    for (String mode : List.of("extended", "simple", "extendedForPrepared")) {
      var properties = new Properties();
      properties.setProperty("user", System.getenv("PGUSER"));
      properties.setProperty("password", System.getenv("PGPASSWORD"));
      properties.setProperty("sslmode", System.getenv("PGSSLMODE"));
      properties.setProperty("ApplicationName", "compatibility");
      properties.setProperty("preferQueryMode", mode);
      properties.setProperty("prepareThreshold", "3");
      try (Connection connection = DriverManager.getConnection(url, properties)) {
        all(mode, connection);
      }
    }
  }

  static void all(String mode, Connection c) throws Exception {
    var meta = c.getMetaData();
    show(mode + " server", meta.getDatabaseProductVersion() + " " + meta.getDriverVersion() + " " + c.isValid(5));
    try (Statement s = c.createStatement()) {
      show(mode + " types", rows(s.executeQuery("select * from item where id in (1, 300) order by id")));
      show(mode + " several", s.execute("select 1; select 2") + " " + rows(s.getResultSet()) + s.getMoreResults() + rows(s.getResultSet()));
      show(mode + " syntax error", failing(() -> s.execute("select * form item")));
      show(mode + " missing column", failing(() -> s.executeQuery("select nothing_here from item")));
    }
    try (PreparedStatement p = c.prepareStatement("select name, price, made, raw from item where id = ? and name <> ?")) {
      // By the simple protocol pgjdbc can not describe what has parameters.
      if (!mode.equals("simple")) show(mode + " metadata", described(p));
      for (int i = 1; i <= 7; i++) {
        p.setInt(1, i);
        p.setString(2, "none");
        show(mode + " prepared " + i, rows(p.executeQuery()));
      }
    }
    metadata(mode, meta);
    c.setAutoCommit(false);
    try (Statement s = c.createStatement()) {
      s.setFetchSize(7);
      show(mode + " fetched", rows(s.executeQuery("select id from item where id <= 40 order by id")));
      Savepoint one = c.setSavepoint("one");
      show(mode + " in a transaction", failing(() -> s.executeQuery("select 1/0")));
      c.rollback(one);
      show(mode + " after the savepoint", rows(s.executeQuery("select 2")));
      show(mode + " limited", limited(s));
    }
    c.rollback();
    c.setReadOnly(true);
    show(mode + " isolation", c.getTransactionIsolation() + " " + rows(c.createStatement().executeQuery("show transaction_read_only")));
    c.rollback();
    c.setReadOnly(false);
    c.setAutoCommit(true);
    try (Statement s = c.createStatement()) {
      var timer = Executors.newSingleThreadScheduledExecutor();
      timer.schedule(() -> { s.cancel(); return null; }, 400, TimeUnit.MILLISECONDS);
      show(mode + " cancelled", failing(() -> s.execute("select pg_sleep(20)")));
      timer.shutdown();
      s.setQueryTimeout(1);
      show(mode + " timed out", failing(() -> s.execute("select pg_sleep(20)")));
    }
    if (WHO.equals("reader")) refused(mode, c); else writes(mode, c);
  }

  static String text(ResultSet set, int column) throws Exception {
    return set.getObject(column) instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : set.getString(column);
  }

  static String described(PreparedStatement p) throws Exception {
    var columns = p.getMetaData();
    var text = new StringBuilder(p.getParameterMetaData().getParameterTypeName(1));
    for (int i = 1; i <= columns.getColumnCount(); i++)
      text.append(';').append(columns.getColumnName(i)).append(' ').append(columns.getColumnTypeName(i)).append(' ').append(columns.isNullable(i)).append(' ').append(columns.isAutoIncrement(i));
    return text.toString();
  }

  static String limited(Statement s) throws Exception {
    s.setMaxRows(3);
    return rows(s.executeQuery("select id from item order by id"));
  }

  static void metadata(String mode, DatabaseMetaData meta) throws Exception {
    show(mode + " schemas", rows(meta.getSchemas()));
    show(mode + " tables", rows(meta.getTables(null, "public", "%", null)));
    show(mode + " columns", rows(meta.getColumns(null, "public", "item", "%")));
    show(mode + " keys", rows(meta.getPrimaryKeys(null, "public", "item")) + rows(meta.getImportedKeys(null, "public", "part")) + rows(meta.getExportedKeys(null, "public", "item")));
    show(mode + " indexes", rows(meta.getIndexInfo(null, "public", "item", false, true)));
    show(mode + " functions", rows(meta.getFunctions(null, "public", "%")) + rows(meta.getFunctionColumns(null, "public", "%", "%")) + rows(meta.getProcedures(null, "public", "%")));
    show(mode + " privileges", rows(meta.getTablePrivileges(null, "public", "item")) + rows(meta.getColumnPrivileges(null, "public", "item", "id")));
    show(mode + " type info", rows(meta.getTypeInfo()).length());
    show(mode + " key words", meta.getSQLKeywords().length() + " " + meta.getMaxColumnNameLength() + rows(meta.getClientInfoProperties()) + rows(meta.getBestRowIdentifier(null, "public", "item", 1, true)) + rows(meta.getUDTs(null, "public", "%", null)));
  }

  static void refused(String mode, Connection c) throws Exception {
    try (Statement s = c.createStatement(); PreparedStatement p = c.prepareStatement("insert into loaded values (?, ?)")) {
      show("+" + mode + " refused", failing(() -> s.execute("insert into loaded values (1, 'x')")));
      p.setInt(1, 1);
      p.setString(2, "x");
      show("+" + mode + " refused bound", failing(p::executeUpdate));
      p.addBatch();
      p.addBatch();
      show("+" + mode + " refused batch", failing(() -> {
        try { p.executeBatch(); } catch (BatchUpdateException error) { throw (Exception) error.getCause(); }
      }));
      show("+" + mode + " goes on", rows(s.executeQuery("select 5")));
    }
  }

  static void writes(String mode, Connection c) throws Exception {
    var pg = c.unwrap(PGConnection.class);
    c.setAutoCommit(false);
    try (PreparedStatement p = c.prepareStatement("insert into loaded values (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
      for (int i = 0; i < 50; i++) {
        p.setInt(1, i);
        p.setString(2, "note " + i);
        p.addBatch();
      }
      show(mode + " batch", Arrays.stream(p.executeBatch()).sum() + " " + rows(p.getGeneratedKeys()).length());
    }
    if (!mode.equals("simple")) {
      var copy = pg.getCopyAPI();
      show(mode + " copied in", copy.copyIn("copy loaded from stdin", new StringReader("7\tseven\n8\teight\n")));
      var out = new StringWriter();
      copy.copyOut("copy (select * from loaded where id in (7, 8) order by 1, 2) to stdout", out);
      show(mode + " copied out", out.toString().replace("\n", "\\n"));
    }
    c.rollback();
    try (Statement s = c.createStatement()) {
      show(mode + " rolled back", rows(s.executeQuery("select count(*) from loaded")));
      c.commit();
      c.setAutoCommit(true);
      s.execute("listen news");
      s.execute("notify news, 'paper'");
      var heard = new StringBuilder();
      for (PGNotification note : pg.getNotifications(1000)) heard.append(note.getName()).append(note.getParameter());
      show(mode + " notified", heard);
      s.execute("do $$ begin raise notice 'from code'; end $$");
      show(mode + " notices", s.getWarnings() == null ? "none" : s.getWarnings().getMessage());
      // By the simple protocol pgjdbc sends the out parameter as well.
      if (!mode.equals("simple")) try (CallableStatement call = c.prepareCall("{ ? = call tax(?) }")) {
        call.registerOutParameter(1, Types.NUMERIC);
        call.setBigDecimal(2, new java.math.BigDecimal("10.00"));
        call.execute();
        show(mode + " called", call.getBigDecimal(1));
      }
      s.execute("select 1; delete from loaded where id < 0");
      show(mode + " updated", s.getMoreResults() + " " + s.getUpdateCount());
    }
  }
}
