# tries: to start processes in the background for ever; 400 at most, for half a minute
# deserves: stopped: 64 processes and threads
# limits: tasks=64
count=0
while [ "$count" -lt 400 ]; do
    sleep 30 &
    count=$((count + 1))
done
wait
