#!/usr/bin/env escript
%% mistake: a process of its own ends with an error report of the emulator when the connection is refused.
%% fails: L1.7

-mode(compile).

main([Host, Port]) ->
    ok = io:setopts(standard_io, [binary, {encoding, latin1}]),
    {_, Monitor} = spawn_monitor(fun() -> talk(Host, list_to_integer(Port)) end),
    receive
        {'DOWN', Monitor, process, _, normal} -> ok;
        {'DOWN', Monitor, process, _, _} -> fail("cannot connect to ~s:~s", [Host, Port])
    end.

talk(Host, Port) ->
    Options = [binary, {active, false}, {show_econnreset, true}],
    Socket = case gen_tcp:connect(Host, Port, Options) of
        {ok, First} ->
            First;
        {error, nxdomain} ->
            fail("unknown host ~s", [Host]);
        {error, econnrefused} when Host =:= "localhost" ->
            {ok, Second} = gen_tcp:connect(Host, Port, [inet6 | Options]),
            Second;
        {error, Reason} ->
            error({Reason, Host, Port})
    end,
    ok = gen_tcp:send(Socket, <<"Hello, sorry, but I don't speak HTTP...\r\n\r\n">>),
    copy(Socket).

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
