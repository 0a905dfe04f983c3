"""N couriers in virtual time, all chance drawn from one seed, judged by what a fake Telegram accepted."""
