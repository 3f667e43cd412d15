#!/usr/bin/env escript
%% correct: one process that accepts and serves, with a time limit on its writes; times have the form of RFC 3339.

-mode(compile).

main(Arguments) ->
    [Port, Pause, Iterations] = numbers(Arguments, [2205, 1000, 15]),
    Options = [binary, {active, false}, {reuseaddr, true}, {send_timeout, 2000}, {send_timeout_close, true}, {nodelay, true}],
    {ok, Listener} = gen_tcp:listen(Port, Options),
    accept(Listener, Pause, Iterations).

numbers([], Defaults) -> Defaults;
numbers([Text | More], [_ | Defaults]) -> [list_to_integer(Text) | numbers(More, Defaults)].

accept(Listener, Pause, Iterations) ->
    {ok, Socket} = gen_tcp:accept(Listener),
    case lines(Socket, erlang:monotonic_time(millisecond), Pause, Iterations, 0) of
        ok -> hang_up(Socket);
        {error, Reason} -> io:format(standard_error, "client lost: ~p~n", [Reason])
    end,
    gen_tcp:close(Socket),
    accept(Listener, Pause, Iterations).

lines(_, _, _, 0, _) ->
    ok;
lines(Socket, Due, Pause, Left, Latest) ->
    timer:sleep(max(0, Due - erlang:monotonic_time(millisecond))),
    Time = max(Latest, erlang:system_time(second)),
    case gen_tcp:send(Socket, ["{'time' : '", calendar:system_time_to_rfc3339(Time), "'}\n"]) of
        ok -> lines(Socket, Due + Pause, Pause, Left - 1, Time);
        Error -> Error
    end.

%% Closing with unread bytes would reset the connection, which could destroy the last lines.
hang_up(Socket) ->
    gen_tcp:shutdown(Socket, write),
    drain(Socket, erlang:monotonic_time(millisecond) + 500).

drain(Socket, End) ->
    case erlang:monotonic_time(millisecond) < End andalso gen_tcp:recv(Socket, 0, 100) of
        {ok, _} -> drain(Socket, End);
        _ -> ok
    end.
