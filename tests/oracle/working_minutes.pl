#!/usr/bin/perl
# working_minutes PROGRAM SITE CALENDAR HOLIDAYS... : random terms of open time on the calendar
# (Monday to Friday 9-12 and 14-18 in Asia/Shanghai, days off of the JSON files, make-up days not
# worked, for the module knows none) are judged by Business::Hours. PROGRAM is test-calendar.
use strict;
use warnings;
use Business::Hours;
use IPC::Open2;
use POSIX qw(tzset mktime);

my ($program, $site, $calendar, @files) = @ARGV;
my ($terms, $short) = (4000, 60);
$ENV{TZ} = 'Asia/Shanghai';
tzset();
srand(20260213);

my @off;
for my $file (@files) {
    open my $in, '<', $file or die "$file: $!";
    local $/;
    my $text = <$in>;
    push @off, $1 while $text =~ /"date":\s*"([-0-9]{10})",\s*"isOffDay":\s*true/g;
}
die "no days off" if @off < 80;

sub hours {
    my $hours = Business::Hours->new;
    my %week = map {
        $_ => {Name => $_, Start => '09:00', End => '18:00', Breaks => [{Start => '12:00', End => '14:00'}]}
    } 1 .. 5;
    $week{$_} = {Name => $_, Start => undef, End => undef} for 0, 6;
    $hours->business_hours(%week);
    $hours->holidays(@off);
    return $hours;
}

my $pid = open2(my $out, my $in, $program, $site, $calendar);
$in->autoflush(1);

sub ask {
    print $in "@_\n";
    my $answer = <$out>;
    die "no answer to @_" unless defined $answer;
    chomp $answer;
    return $answer;
}

sub check {
    my ($what, $got, $wanted) = @_;
    die "$what: $got, the module says $wanted\n" if $got != $wanted;
}

my $checked = 0;
for my $year (2024 .. 2026) {
    my $begin = mktime(0, 0, 0, 1, 0, $year - 1900);
    my $end = mktime(0, 0, 0, 1, 0, $year - 1900 + 1);
    my $hours = hours();
    $hours->for_timespan(Start => $begin, End => $end);
    for (1 .. $terms / 3) {
        my $from = $begin + int rand(($end - $begin) * 0.8);
        my $seconds = 60 * (1 + int rand(12000));
        my $due = ask('due', 'working_hours', $seconds * 1000, $from * 1000, 'moment', 'same_time');
        die "$due: not a whole second" if $due % 1000;
        $due /= 1000;
        next if $due > $end;
        check("open time in $from + $seconds", $seconds, $hours->between($from, $due - 1));
        check("last second of $from + $seconds", 1, $hours->between($due - 1, $due - 1));
        my $until = $from + 1 + int rand($end - $from - 1);
        check("between $from and $until", ask('between', $from * 1000, $until * 1000) / 1000,
            $hours->between($from, $until - 1));
        $checked++;
    }
}
for (1 .. $short) {
    my $from = mktime(0, 0, 0, 1 + int rand(330), int rand(2), 126);
    $from += int rand(86400);
    my $seconds = 60 * (1 + int rand(600));
    my $due = ask('due', 'working_hours', $seconds * 1000, $from * 1000, 'moment', 'same_time');
    # The module gives the second after: at closing time the next opening.
    check("add $seconds to $from", ask('open', $due) / 1000, hours()->add_seconds($from, $seconds));
    $checked++;
}
close $in;
waitpid $pid, 0;
die "the program failed: $?" if $?;
die "only $checked terms" if $checked < 3000;
print "$checked terms in working minutes agree\n";
