<?php
// correct: stream_get_line, with a time-out for the stream.

[$host, $port, $timeout_ms] = array_slice($argv, 1) + ['localhost', '3232', '10000'];
$end = microtime(true) + $timeout_ms / 1000;

function fail(string $message): never
{
    fwrite(STDERR, $message . "\n");
    exit(1);
}

function expect(mixed $socket, string $wanted): void
{
    global $end;
    $left = max(1, (int) (($end - microtime(true)) * 1e6));
    stream_set_timeout($socket, intdiv($left, 1000000), $left % 1000000);
    $line = fgets($socket, 1000);
    if (stream_get_meta_data($socket)['timed_out']) {
        fail("gave up: the server does not answer; expected '$wanted', got " . var_export($line, true));
    }
    if ($line === false || !str_ends_with($line, "\n") || rtrim($line, "\r\n") !== $wanted) {
        fail("expected '$wanted' and a line end, got " . var_export($line, true));
    }
}

$socket = @stream_socket_client("tcp://$host:$port", $code, $reason, $timeout_ms / 1000);
if (!$socket) {
    fail("cannot connect to $host:$port: $reason");
}
expect($socket, 'HELLO');
if (@fwrite($socket, "ThIS is a TeSt\n") === false) {
    fail('connection lost');
}
expect($socket, 'THIS IS A TEST');
echo "the server answered THIS IS A TEST, as it should\n";
