# What psqlODBC sees, as office programs and BI tools use it: a line of JSON a step. WHO is reader, full or direct.
use strict; use warnings; use DBI qw(:sql_types); use DBD::ODBC; use JSON::PP;
my $who = $ENV{WHO};
my $json = JSON::PP->new->canonical->allow_nonref;
$| = 1;
sub show { my ($step, $value) = @_; print "$step\t", $json->encode($value), "\n"; }
my %set = (Driver => $ENV{PSQLODBC}, Servername => $ENV{PGHOST}, Port => $ENV{PGPORT}, Database => $ENV{PGDATABASE}, UID => $ENV{PGUSER}, PWD => $ENV{PGPASSWORD}, SSLmode => $ENV{PGSSLMODE}, UseDeclareFetch => $ENV{DECLARE_FETCH} // 0, Fetch => 7, UseServerSidePrepare => 1, Protocol => '7.4-1');
my $dbh = DBI->connect('dbi:ODBC:' . join(';', map { "$_=$set{$_}" } sort keys %set), undef, undef, { AutoCommit => 1, PrintError => 0, RaiseError => 0 }) or die DBI->errstr;
sub failing { my ($run) = @_; return 'no error' if $run->(); my $text = $dbh->errstr; $text =~ s/^\[[^\]]*\]\[[^\]]*\]//; return [$dbh->state, $text]; }
show('server', [map { $dbh->get_info($_) } 17, 18, 26, 46]);
show('types', $dbh->selectall_arrayref('select id, name, price, made, data::text, ok, ref from item where id in (1, 300) order by id'));
my $sth = $dbh->prepare('select name, price from item where id = ?');
show('prepared', [map { $sth->execute($_); $sth->fetchall_arrayref } 1 .. 5]);
show('described', [$sth->{NAME}, $sth->{TYPE}, $sth->{PRECISION}, $sth->{NULLABLE}]);
show('many', scalar @{ $dbh->selectall_arrayref('select id from item where id <= 60') });
show('tables', [map { [@$_[1 .. 3]] } @{ $dbh->table_info('', 'public', '%', "'TABLE','VIEW'")->fetchall_arrayref }]);
show('columns', [map { [@$_[2, 3, 5, 6, 10]] } @{ $dbh->column_info('', 'public', 'item', '%')->fetchall_arrayref }]);
show('primary key', [map { [@$_[2 .. 4]] } @{ $dbh->primary_key_info('', 'public', 'item')->fetchall_arrayref }]);
show('type info', scalar @{ $dbh->type_info_all });
show('syntax error', failing(sub { $dbh->do('select * form item') }));
$dbh->begin_work; $dbh->do('select 1');
show('in a transaction', failing(sub { $dbh->do('select nothing_here from item') }));
$dbh->rollback;
show('goes on', $dbh->selectall_arrayref('select 3'));
if ($who eq 'reader') {
  show('+refused', failing(sub { $dbh->do(q{insert into loaded values (1, 'x')}) }));
  show('+refused bound', failing(sub { $dbh->do('insert into loaded values (?, ?)', undef, 1, 'x') }));
} else {
  $dbh->begin_work;
  my $in = $dbh->prepare('insert into loaded values (?, ?)');
  $in->execute($_, "note $_") for 1 .. 20;
  show('inserted', $dbh->selectall_arrayref('select count(*), max(id) from loaded'));
  $dbh->rollback;
  show('rolled back', $dbh->selectall_arrayref('select count(*) from loaded'));
}
$dbh->disconnect;
