# What Perl's DBD::Pg sees: a line of JSON a step. WHO is reader, full or direct.
use strict; use warnings; use DBI; use DBD::Pg qw(:pg_types :async); use JSON::PP;
my $who = $ENV{WHO};
my $json = JSON::PP->new->canonical->allow_nonref;
$| = 1;
sub show { my ($step, $value) = @_; print "$step\t", $json->encode($value), "\n"; }
my $dbh = DBI->connect('dbi:Pg:', undef, undef, { AutoCommit => 1, PrintError => 0, RaiseError => 0, pg_enable_utf8 => 1 }) or die DBI->errstr;
sub failing { my ($run) = @_; return 'no error' if $run->(); return [$dbh->state, $dbh->pg_error_field('message_primary'), $dbh->pg_error_field('message_detail'), $dbh->pg_error_field('message_hint'), $dbh->pg_error_field('statement_position')]; }
show('server', [$dbh->{pg_server_version}, $dbh->{pg_standard_conforming_strings}, $dbh->ping]);
show('types', $dbh->selectall_arrayref('select id, name, price, made, tags, data::text, ok, ref from item where id in (1, 300) order by id'));
my $sth = $dbh->prepare('select name, price from item where id = ?');
show('prepared', [map { $sth->execute($_); $sth->fetchall_arrayref } 1 .. 5]);
show('described', [$sth->{NAME}, $sth->{pg_type}, $sth->{PRECISION}, $sth->{SCALE}, $sth->{NULLABLE}]);
show('tables', [map { [@$_[1 .. 3]] } @{ $dbh->table_info(undef, 'public', '%', 'TABLE,VIEW')->fetchall_arrayref }]);
show('columns', [map { [@$_[2, 3, 5, 6, 10]] } @{ $dbh->column_info(undef, 'public', 'item', '%')->fetchall_arrayref }]);
show('primary key', [$dbh->primary_key(undef, 'public', 'item')]);
show('statistics', [map { [@$_[2, 3, 5, 7, 8]] } @{ $dbh->statistics_info(undef, 'public', 'item', 0, 0)->fetchall_arrayref }]);
show('syntax error', failing(sub { $dbh->do('select * form item') }));
show('missing column', failing(sub { my $s = $dbh->prepare('select nothing_here from item where id = ?'); $s && $s->execute(1) }));
$dbh->begin_work;
$dbh->do('select 1');
$dbh->pg_savepoint('one');
show('in a transaction', failing(sub { $dbh->do('select 1/0') }));
$dbh->pg_rollback_to('one');
show('after the savepoint', $dbh->selectall_arrayref('select 2'));
$dbh->rollback;
my $slow = $dbh->prepare('select pg_sleep(20)', { pg_async => PG_ASYNC });
$slow->execute; select(undef, undef, undef, 0.4); $dbh->pg_cancel;
show('cancelled', $dbh->state);
show('goes on', $dbh->selectall_arrayref('select 3'));
if ($who eq 'reader') {
  show('+refused', failing(sub { $dbh->do(q{insert into loaded values (1, 'x')}) }));
  show('+refused bound', failing(sub { $dbh->do('insert into loaded values (?, ?)', undef, 1, 'x') }));
} else {
  $dbh->begin_work;
  $dbh->do('copy loaded from stdin');
  $dbh->pg_putcopydata("$_\tnote $_\n") for 1 .. 2000;
  $dbh->pg_putcopyend;
  show('copied in', $dbh->selectall_arrayref('select count(*), max(note) from loaded'));
  $dbh->do('copy (select * from loaded order by id limit 3) to stdout');
  my ($row, @rows); push @rows, $row while $dbh->pg_getcopydata($row) >= 0;
  show('copied out', \@rows);
  show('returning', $dbh->selectall_arrayref('insert into loaded values (?, ?) returning *', undef, 7, 'seven'));
  $dbh->rollback;
  show('rolled back', $dbh->selectall_arrayref('select count(*) from loaded'));
  $dbh->do('listen news'); $dbh->do(q{notify news, 'paper'});
  my $note = $dbh->pg_notifies; show('notified', [@$note[0, 2]]);
}
$dbh->disconnect;
