// correct: TcpListener and Thread.Sleep; a time-out on the stream limits a write.
using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

class Program
{
    static void Serve(TcpClient client, long pause, int iterations)
    {
        NetworkStream stream = client.GetStream();
        stream.WriteTimeout = 2000;
        Stopwatch watch = Stopwatch.StartNew();
        DateTimeOffset latest = DateTimeOffset.MinValue;
        for (int line = 0; line < iterations; line++)
        {
            long left = line * pause - watch.ElapsedMilliseconds;
            if (left > 0)
            {
                Thread.Sleep((int)left);
            }
            DateTimeOffset now = DateTimeOffset.Now;
            latest = now > latest ? now : latest;
            byte[] bytes = Encoding.ASCII.GetBytes("{'time' : '" + latest.ToString("yyyy-MM-ddTHH:mm:sszzz") + "'}\n");
            stream.Write(bytes, 0, bytes.Length);
        }
        HangUp(client);
    }

    // Closing with unread bytes would reset the connection, which could destroy the last lines.
    static void HangUp(TcpClient client)
    {
        client.Client.Shutdown(SocketShutdown.Send);
        client.ReceiveTimeout = 100;
        byte[] rest = new byte[65536];
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.ElapsedMilliseconds < 500 && client.GetStream().Read(rest, 0, rest.Length) > 0)
        {
        }
    }

    static void Main(string[] args)
    {
        int port = args.Length > 0 ? int.Parse(args[0]) : 2205;
        long pause = args.Length > 1 ? long.Parse(args[1]) : 1000;
        int iterations = args.Length > 2 ? int.Parse(args[2]) : 15;
        var listener = new TcpListener(IPAddress.Any, port);
        listener.Start();
        while (true)
        {
            using (TcpClient client = listener.AcceptTcpClient())
            {
                client.NoDelay = true;
                try
                {
                    Serve(client, pause, iterations);
                }
                catch (Exception e) when (e is IOException || e is SocketException)
                {
                    Console.Error.WriteLine("client lost: " + e.Message);
                }
            }
        }
    }
}
