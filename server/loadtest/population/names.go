package population

// The lists begin with the names that are picked most.

var commonSurnames = []string{
	"Smith", "Johnson", "Garcia", "Williams", "Brown", "Martinez", "Jones", "Miller", "Davis", "Nguyen",
	"Rodriguez", "Wilson", "Hernandez", "Anderson", "Lopez", "Thomas", "Gonzalez", "Moore", "Lee", "Jackson",
	"Clark", "O'Brien", "Sanchez", "Ramirez", "Lewis", "Walker", "Hall", "Young", "Allen", "Torres",
	"Wright", "Scott", "King", "Green", "Baker", "Adams", "Nelson", "Rivera", "Campbell", "Mitchell",
	"Carter", "Roberts", "Kim", "Patel", "Chen", "Tran", "Begay", "O'Connor", "Murphy", "Cook",
	"García", "Martínez", "Rodríguez", "Hernández", "López", "González", "Pérez", "Sánchez", "Ramírez", "Muñoz",
	"Peña", "Núñez", "de la Cruz", "De León", "Gutiérrez", "Jiménez", "Vásquez", "Ordóñez", "Müller", "Schröder",
	"Weiß", "Åkesson", "Sørensen", "Łukasik", "Nováková", "Çelik", "Đặng", "Nguyễn", "Lefèvre", "Çağlar",
	"D'Angelo", "D'Souza", "O'Neill", "O'Malley", "M'Baye", "Mac Donald", "McDonald", "MacKenzie", "Van Dyke", "van der Berg",
	"Von Hagen", "St. Clair", "Ng", "Wu", "Yang", "Vang", "Xiong", "Abdi", "Mohamed", "Haile",
	"Kowalski", "Petrov", "Ivanova", "Rossi", "Costa", "Silva", "Singh", "Kaur", "Khan", "Ali",
	"Tsosie", "Yazzie", "Kealoha", "Fa'asavalu", "Okafor", "Mensah", "Diallo", "Tanaka", "Suzuki", "Reyes",
}

var surnameBeginnings = []string{
	"Ash", "Alder", "Bar", "Beck", "Black", "Brad", "Brook", "Burn", "Cald", "Clay", "Crom", "Dal", "Dun", "East", "Ed",
	"Fair", "Farn", "Gar", "Glen", "Green", "Hal", "Hart", "Hazel", "High", "Hol", "Kirk", "Lang", "Lin", "Lock", "Marsh",
	"Mel", "Nor", "Oak", "Pem", "Rad", "Red", "Rock", "Shel", "Stan", "Stock", "Strat", "Thorn", "Wal", "West", "Whit", "Wood",
}

var surnameEnds = []string{
	"berg", "bridge", "brook", "bury", "by", "combe", "croft", "dale", "den", "field", "ford", "gate", "ham", "hurst", "land",
	"ley", "man", "mere", "more", "ridge", "shaw", "stead", "stone", "ton", "wall", "well", "wick", "wood", "worth",
}

func makeSurnames() []string {
	var all []string
	for _, begin := range surnameBeginnings {
		for _, end := range surnameEnds {
			all = append(all, begin+end)
		}
	}
	return all
}

var girls = []string{
	"Emma", "Olivia", "Sophia", "Isabella", "Mia", "Charlotte", "Amelia", "Harper", "Evelyn", "Abigail",
	"Emily", "Elizabeth", "Sofía", "Camila", "Luna", "Grace", "Chloe", "Victoria", "Riley", "Aria",
	"Lily", "Zoey", "Nora", "Hannah", "Maria", "María", "Ana", "Lucía", "Valentina", "Ximena",
	"Mary", "Patricia", "Jennifer", "Linda", "Barbara", "Susan", "Jessica", "Karen", "Sarah", "Nancy",
	"Lisa", "Margaret", "Sandra", "Ashley", "Kimberly", "Donna", "Michelle", "Carol", "Amanda", "Melissa",
	"Deborah", "Stephanie", "Rebecca", "Laura", "Helen", "Sharon", "Cynthia", "Kathleen", "Amy", "Angela",
	"Zoë", "Renée", "Chloé", "Noémie", "Aïcha", "Fatima", "Aaliyah", "Amina", "Mai", "Linh",
	"Thị Hoa", "Mei", "Yuki", "Priya", "Ananya", "Ingrid", "Siân", "Niamh", "D'Asia", "Ja'Nae",
	"Mary-Kate", "Anne Marie", "Ann-Sophie", "Guadalupe", "Esperanza", "Inés", "Begoña", "Ioana", "Zuzanna", "Ayşe",
}

var boys = []string{
	"Liam", "Noah", "Oliver", "Elijah", "James", "William", "Benjamin", "Lucas", "Henry", "Theodore",
	"Mateo", "Sebastián", "Jack", "Daniel", "Michael", "Alexander", "Owen", "Asher", "Samuel", "Ethan",
	"Leo", "Jackson", "Mason", "Ezra", "John", "José", "Luis", "Juan", "Jesús", "Ángel",
	"Robert", "David", "Richard", "Joseph", "Thomas", "Charles", "Christopher", "Matthew", "Anthony", "Mark",
	"Donald", "Steven", "Paul", "Andrew", "Joshua", "Kenneth", "Kevin", "Brian", "George", "Edward",
	"Ronald", "Timothy", "Jason", "Jeffrey", "Ryan", "Jacob", "Gary", "Nicholas", "Eric", "Jonathan",
	"Óscar", "Andrés", "Iñigo", "Raúl", "André", "François", "Jürgen", "Björn", "Łukasz", "Mehmet",
	"Minh", "Duc", "Wei", "Haruto", "Arjun", "Mohammed", "Muhammad", "Abdi", "Kwame", "Chidi",
	"D'Andre", "Ja'Marcus", "Jean-Luc", "Juan Carlos", "Billy Ray", "Seán", "Nikola", "Dmitri", "Ömer", "Kai",
}

// nicknames are what a clinic writes down that asked the grandmother.
var nicknames = map[string]string{
	"William": "Bill", "Robert": "Bob", "Richard": "Rick", "James": "Jim", "Michael": "Mike", "Christopher": "Chris",
	"Matthew": "Matt", "Anthony": "Tony", "Daniel": "Danny", "Joseph": "Joe", "Thomas": "Tom", "Charles": "Chuck",
	"Benjamin": "Ben", "Alexander": "Alex", "Samuel": "Sam", "Edward": "Ted", "Nicholas": "Nick", "Jonathan": "Jon",
	"José": "Pepe", "Jesús": "Chuy", "Andrew": "Drew", "Theodore": "Theo", "Elizabeth": "Beth", "Margaret": "Peggy",
	"Jennifer": "Jen", "Patricia": "Pat", "Victoria": "Vicky", "Isabella": "Bella", "Abigail": "Abby",
	"Susan": "Sue", "Rebecca": "Becky", "Deborah": "Debbie", "Stephanie": "Steph", "Amanda": "Mandy", "Guadalupe": "Lupe",
	"Kimberly": "Kim", "Cynthia": "Cindy", "Olivia": "Liv", "Evelyn": "Evie", "Emily": "Em", "Jessica": "Jess",
}

// surname picks a family name: mostly a common one, else a rarer one that is put
// together, now and then a double one.
func (s *State) surname(r *stream) string {
	one := s.simpleSurname(r)
	if r.chance(25) {
		return one + "-" + s.simpleSurname(r)
	}
	return one
}

func (s *State) simpleSurname(r *stream) string {
	if r.chance(600) {
		return commonSurnames[r.low(len(commonSurnames))]
	}
	return pick(r, s.surnames)
}

func givenName(r *stream, female bool) string {
	if female {
		return girls[r.low(len(girls))]
	}
	return boys[r.low(len(boys))]
}
