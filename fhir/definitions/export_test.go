package definitions

// LoadAnew reads the tables as the first call of R4 does.
func LoadAnew() *Set { return load() }
