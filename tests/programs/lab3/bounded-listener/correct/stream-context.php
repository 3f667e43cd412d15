<?php
// correct: the backlog stands in the context of the stream.

$port = $argv[1] ?? 2367;
$context = stream_context_create(['socket' => ['backlog' => 4]]);
$server = stream_socket_server("tcp://0.0.0.0:$port", $code, $reason, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
if (!$server) {
    fwrite(STDERR, "cannot listen on $port: $reason\n");
    exit(1);
}
fgets(STDIN);
$clients = [];
while ($client = @stream_socket_accept($server, 0)) {
    $clients[] = $client;
}
echo 'accepted ' . count($clients) . " clients\n";
