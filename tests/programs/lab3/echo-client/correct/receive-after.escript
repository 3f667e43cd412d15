#!/usr/bin/env escript
%% correct: messages of an active socket, and receive ... after for the time-out; a timer ticks each second.

-mode(compile).

main(Arguments) ->
    [Host, Port, Timeout] = Arguments ++ lists:nthtail(length(Arguments), ["localhost", "3232", "10000"]),
    End = erlang:monotonic_time(millisecond) + list_to_integer(Timeout),
    {ok, _} = timer:send_interval(1000, tick),
    Options = [{packet, line}, {active, once}, {show_econnreset, true}],
    case gen_tcp:connect(Host, list_to_integer(Port), Options, list_to_integer(Timeout)) of
        {ok, Socket} ->
            expect(Socket, "HELLO", End),
            inet:setopts(Socket, [{active, once}]),
            gen_tcp:send(Socket, "ThIS is a TeSt\n"),
            expect(Socket, "THIS IS A TEST", End),
            io:format("the server answered THIS IS A TEST, as it should~n");
        {error, Reason} ->
            fail("cannot connect to ~s:~s: ~p", [Host, Port, Reason])
    end.

expect(Socket, Wanted, End) ->
    receive
        tick ->
            expect(Socket, Wanted, End);
        {tcp, Socket, Line} ->
            Whole = lists:suffix("\n", Line) andalso string:chomp(Line) =:= Wanted,
            Whole orelse fail("expected ~p, got ~p", [Wanted ++ "\n", Line]);
        {tcp_closed, Socket} ->
            fail("expected ~p, got nothing: the server closed", [Wanted ++ "\n"]);
        {tcp_error, Socket, Reason} ->
            fail("connection lost: ~p", [Reason])
    after max(0, End - erlang:monotonic_time(millisecond)) ->
        fail("gave up: the server does not answer", [])
    end.

fail(Format, Values) ->
    io:format(standard_error, Format ++ "~n", Values),
    halt(1).
