<?php
// correct: stream_socket_server, usleep for the pause; stream_select limits a write.

const WRITE_LIMIT = 2;

function send(mixed $client, string $text): bool
{
    while ($text !== '') {
        $read = $except = [];
        $write = [$client];
        if (!stream_select($read, $write, $except, WRITE_LIMIT)) {
            return false;
        }
        $written = @fwrite($client, $text);
        if ($written === false) {
            return false;
        }
        $text = substr($text, $written);
    }
    return true;
}

// Closing with unread bytes would reset the connection, which could destroy the last lines.
function hang_up(mixed $client): void
{
    stream_socket_shutdown($client, STREAM_SHUT_WR);
    $end = microtime(true) + 0.5;
    do {
        $read = [$client];
        $write = $except = [];
        $ready = stream_select($read, $write, $except, 0, 100000);
        if ($ready) {
            @fread($client, 65536);
        }
    } while ($ready && !feof($client) && microtime(true) < $end);
}

function serve(mixed $client, int $pause_ms, int $iterations): void
{
    stream_set_blocking($client, false);
    $start = hrtime(true);
    $latest = 0;
    for ($line = 0; $line < $iterations; $line++) {
        $left = intdiv($start - hrtime(true), 1000) + $line * $pause_ms * 1000;
        if ($left > 0) {
            usleep($left);
        }
        $latest = max($latest, time());
        if (!send($client, "{'time' : '" . date(DATE_ATOM, $latest) . "'}\n")) {
            fwrite(STDERR, "client lost\n");
            return;
        }
    }
    hang_up($client);
}

$port = $argv[1] ?? 2205;
$server = stream_socket_server("tcp://0.0.0.0:$port", $code, $reason);
if (!$server) {
    fwrite(STDERR, "cannot listen on $port: $reason\n");
    exit(1);
}
while (true) {
    $client = @stream_socket_accept($server, -1);
    if ($client) {
        serve($client, (int) ($argv[2] ?? 1000), (int) ($argv[3] ?? 15));
        fclose($client);
    }
}
