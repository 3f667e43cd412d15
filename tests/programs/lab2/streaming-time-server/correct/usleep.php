<?php
// correct: pauses in usleep until the next line is due; a write that would block is waited for with a time limit.

const WRITE_LIMIT = 2;

function send_line($client, string $text): bool
{
    while ($text !== '') {
        [$read, $write, $except] = [null, [$client], null];
        if (!stream_select($read, $write, $except, WRITE_LIMIT)) {
            return false;
        }
        $taken = @fwrite($client, $text);
        if ($taken === false) {
            return false;
        }
        $text = substr($text, $taken);
    }
    return true;
}

// Closing with unread bytes would reset the connection, which could destroy the last lines.
function hang_up($client): void
{
    stream_socket_shutdown($client, STREAM_SHUT_WR);
    $end = microtime(true) + 0.5;
    while (microtime(true) < $end) {
        [$read, $write, $except] = [[$client], null, null];
        if (!stream_select($read, $write, $except, 0, 100000)) {
            break;
        }
        $rest = fread($client, 65536);
        if ($rest === false || $rest === '') {
            break;
        }
    }
}

function serve($client, int $pause_ms, int $iterations): void
{
    stream_set_blocking($client, false);
    $start = hrtime(true);
    $time = 0;
    for ($line = 0; $line < $iterations; $line++) {
        $left = $start + $line * $pause_ms * 1000000 - hrtime(true);
        if ($left > 0) {
            usleep(intdiv($left + 999, 1000));
        }
        $time = max($time, time());
        if (!send_line($client, "{'time' : '" . gmdate('Y-m-d\TH:i:s\Z', $time) . "'}\n")) {
            return;
        }
    }
    hang_up($client);
}

[$port, $pause_ms, $iterations] = array_map('intval', array_slice($argv, 1) + [2205, 1000, 15]);
$listener = stream_socket_server("tcp://0.0.0.0:$port");
while (true) {
    $client = @stream_socket_accept($listener, -1);
    if ($client) {
        serve($client, $pause_ms, $iterations);
        fclose($client);
    }
}
