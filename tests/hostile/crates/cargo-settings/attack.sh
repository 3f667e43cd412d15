#!/bin/sh
touch @bait@/written
echo BREACH a setting of cargo holds
exit 1
