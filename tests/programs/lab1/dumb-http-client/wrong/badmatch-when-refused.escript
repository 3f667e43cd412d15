#!/usr/bin/env escript
%% mistake: matches the result of a call with ok, and the error ends the program with a badmatch; the address stands in its trace.
%% fails: L1.7

-mode(compile).

main([Host, Port]) ->
    ok = io:setopts(standard_io, [binary, {encoding, latin1}]),
    Socket = connect(Host, list_to_integer(Port)),
    ok = gen_tcp:send(Socket, <<"Hello, sorry, but I don't speak HTTP...\r\n\r\n">>),
    copy(Socket).

connect(Host, Port) ->
    Options = [binary, {active, false}, {show_econnreset, true}],
    case gen_tcp:connect(Host, Port, Options) of
        {error, econnrefused} when Host =:= "localhost" ->
            {ok, Socket} = gen_tcp:connect(Host, Port, [inet6 | Options]),
            Socket;
        {error, nxdomain} ->
            fail("unknown host ~s", [Host]);
        Result ->
            {{ok, Socket}, Host, Port} = {Result, Host, Port},
            Socket
    end.

copy(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Data} ->
            ok = file:write(standard_io, Data),
            copy(Socket);
        {error, closed} ->
            ok;
        {error, Reason} ->
            fail("connection lost: ~s", [inet:format_error(Reason)])
    end.

fail(Format, Values) ->
    io:format(standard_error, Format ++ "~n", Values),
    halt(1).
