#!/usr/bin/env escript
%% correct: a process for each client and one for the room; who does not take what is sent for a while is dropped.
%%! +Q 8192

-mode(compile).
-define(LIMIT, 65536).
-define(QUEUE, 8 bsl 20).
-define(ANONYMOUS, <<"An anonymous user">>).
-define(WHAT, <<"What? I only understand HELLO, SAY, WHO, BYE and KILL commands">>).

main(Arguments) ->
    Port = case Arguments of [Text | _] -> list_to_integer(Text); [] -> 9907 end,
    Options = [binary, {active, false}, {reuseaddr, true}, {backlog, 1024}, {packet, raw}, {nodelay, true},
               {high_watermark, 16 bsl 20}, {low_watermark, 8 bsl 20}],
    {ok, Listener} = gen_tcp:listen(Port, Options),
    Room = self(),
    spawn_link(fun() -> accept(Listener, Room) end),
    room([]).

accept(Listener, Room) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            Client = spawn(fun() -> receive go -> client(Socket, Room, <<>>) end end),
            ok = gen_tcp:controlling_process(Socket, Client),
            Room ! {join, Client, Socket},
            Client ! go;
        {error, _} ->
            timer:sleep(100)
    end,
    accept(Listener, Room).

%% The room: its members in the order of their arrival, {Process, Socket, Name}.
room(Members) ->
    receive
        {join, Client, Socket} ->
            erlang:monitor(process, Client),
            tell_all(Members, <<"Someone has arrived...">>),
            tell(Socket, <<"Welcome! The commands are HELLO, SAY, WHO, BYE and KILL.">>),
            room(Members ++ [{Client, Socket, ?ANONYMOUS}]);
        {line, Client, Line} ->
            case lists:keyfind(Client, 1, Members) of
                false -> room(Members);
                Member ->
                    {Command, Rest} = words(Line),
                    Others = obey(string:uppercase(Command), Rest, Member, Members),
                    Client ! done,
                    room(Others)
            end;
        {leave, Client} ->
            Others = leave(Client, Members),
            Client ! left,
            room(Others);
        {'DOWN', _, process, Client, _} ->
            room(leave(Client, Members))
    end.

words(Line) ->
    case binary:split(Line, <<" ">>) of
        [Command, Rest] -> {Command, Rest};
        [Command] -> {Command, <<>>}
    end.

obey(<<"HELLO">>, Rest, {Client, Socket, _}, Members) ->
    Name = case binary:split(Rest, <<" ">>, [global, trim_all]) of [First | _] -> First; [] -> ?ANONYMOUS end,
    Named = lists:keyreplace(Client, 1, Members, {Client, Socket, Name}),
    tell_all(Named, [Name, <<" is in the room.">>]),
    Named;
obey(<<"SAY">>, Rest, {_, _, Name}, Members) ->
    Text = case Rest of <<>> -> <<"nothing...">>; _ -> Rest end,
    tell_all(Members, [Name, <<" says: ">>, Text]),
    Members;
obey(<<"WHO">>, _, {_, Socket, _}, Members) ->
    tell(Socket, [<<"Currently connected users:\n">>, [[<<" - ">>, Name, $\n] || {_, _, Name} <- Members]]),
    Members;
obey(<<"BYE">>, _, {Client, _, Name}, Members) ->
    tell_all(Members, [Name, <<" is about to leave the room.">>]),
    Client ! bye,
    leave(Client, Members);
obey(<<"KILL">>, _, {_, Socket, _}, _) ->
    tell(Socket, <<"KILL command received. Bringing server down...">>),
    hang_up(Socket),
    halt(0);
obey(_, _, {_, Socket, _}, Members) ->
    tell(Socket, ?WHAT),
    Members.

leave(Client, Members) ->
    case lists:keytake(Client, 1, Members) of
        {value, {_, _, Name}, Others} ->
            tell_all(Others, [Name, <<" has left the room.">>]),
            Others;
        false ->
            Members
    end.

tell_all(Members, Line) ->
    Bytes = iolist_to_binary(Line),
    [tell_or_drop(Member, Bytes) || Member <- Members].

%% What the kernel does not take stays in the socket's own queue, up to a limit.
tell_or_drop({Client, Socket, _}, Line) ->
    case erlang:port_info(Socket, queue_size) of
        {queue_size, Size} when Size > ?QUEUE ->
            inet:setopts(Socket, [{linger, {true, 0}}]),
            gen_tcp:close(Socket),
            exit(Client, kill);
        _ ->
            tell(Socket, Line)
    end.

%% Never waits.
tell(Socket, Line) ->
    catch erlang:port_command(Socket, [Line, $\n], [nosuspend]).

%% A client: one line at a time, and the next only when the room is done with it.
client(Socket, Room, Rest) ->
    case binary:split(Rest, <<"\n">>) of
        [Line, More] ->
            Room ! {line, self(), clean(string:trim(Line, trailing, "\r"))},
            case answer(Socket) of
                done -> client(Socket, Room, More);
                bye -> hang_up(Socket)
            end;
        [_] when byte_size(Rest) > ?LIMIT ->
            tell(Socket, <<"That line is too long.">>),
            depart(Socket, Room);
        [_] ->
            inet:setopts(Socket, [{active, once}]),
            receive
                {tcp, Socket, Data} -> client(Socket, Room, <<Rest/binary, Data/binary>>);
                {tcp_closed, Socket} -> depart(Socket, Room);
                {tcp_error, Socket, _} -> depart(Socket, Room);
                {inet_reply, Socket, _} -> client(Socket, Room, Rest)
            end
    end.

answer(Socket) ->
    receive
        done -> done;
        bye -> receive done -> bye end;
        {inet_reply, Socket, _} -> answer(Socket)
    end.

depart(Socket, Room) ->
    Room ! {leave, self()},
    receive left -> ok end,
    hang_up(Socket).

clean(Line) ->
    case unicode:characters_to_binary(Line) of
        Line -> << <<(case C < 32 orelse (C >= 127 andalso C < 160) of true -> $\s; false -> C end)/utf8>> || <<C/utf8>> <= Line >>;
        _ -> << <<(case C < 32 orelse C >= 127 of true -> $?; false -> C end)>> || <<C>> <= Line >>
    end.

%% Closing with unread bytes would reset the connection, which could destroy the last lines.
hang_up(Socket) ->
    gen_tcp:shutdown(Socket, write),
    inet:setopts(Socket, [{active, false}]),
    drain(Socket, 5),
    gen_tcp:close(Socket).

drain(_, 0) -> ok;
drain(Socket, Left) ->
    case gen_tcp:recv(Socket, 0, 100) of
        {ok, _} -> drain(Socket, Left - 1);
        {error, _} -> ok
    end.
