// correct: a Thread with a small stack for each client; a timer beats once a second.
using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

class Program
{
    const int Limit = 4 << 20;
    static int beats;

    /// The line, or null where the client closed before its end.
    static byte[] ReadLine(Stream stream)
    {
        var line = new MemoryStream();
        for (int next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
        {
            if (next < 0)
            {
                return null;
            }
            if (line.Length >= Limit)
            {
                throw new InvalidDataException("line too long");
            }
            line.WriteByte((byte)next);
        }
        return line.ToArray();
    }

    static void Serve(TcpClient client)
    {
        var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        writer.WriteLine("HELLO");
        try
        {
            byte[] line = ReadLine(new BufferedStream(client.GetStream(), 65536));
            if (line != null)
            {
                string text = Encoding.UTF8.GetString(line);
                text = text.EndsWith("\r") ? text.Substring(0, text.Length - 1) : text;
                writer.WriteLine(text.ToUpperInvariant().Replace("ß", "SS"));
            }
        }
        catch (InvalidDataException e)
        {
            writer.WriteLine("ERROR: " + e.Message);
        }
        // Closing with unread bytes would reset the connection, which could destroy the answer.
        client.Client.Shutdown(SocketShutdown.Send);
        client.ReceiveTimeout = 100;
        byte[] rest = new byte[65536];
        for (int reads = 0; reads < 50 && client.GetStream().Read(rest, 0, rest.Length) > 0; reads++)
        {
        }
    }

    static void Work(TcpClient client)
    {
        using (client)
        {
            try
            {
                Serve(client);
            }
            catch (Exception e) when (e is IOException || e is SocketException)
            {
                Console.Error.WriteLine("client lost: " + e.Message);
            }
        }
    }

    static void Main(string[] args)
    {
        var listener = new TcpListener(IPAddress.Any, args.Length > 0 ? int.Parse(args[0]) : 3232);
        listener.Start(64);
        var timer = new Timer(_ => Interlocked.Increment(ref beats), null, 1000, 1000);
        while (true)
        {
            try
            {
                TcpClient client = listener.AcceptTcpClient();
                new Thread(() => Work(client), 256 << 10) { IsBackground = true }.Start();
            }
            catch (SocketException e)
            {
                // Without a free descriptor accept fails at once, again and again: wait until there may be one.
                Console.Error.WriteLine("accept: " + e.Message);
                Thread.Sleep(100);
            }
            GC.KeepAlive(timer);
        }
    }
}
