/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * account_common.c - passwords that everybody who guesses tries first.
 *
 * Taken from what published lists of breached passwords have at their top, keyboard walks, and
 * what our own users' languages add; only those long enough to be allowed at all. A complete
 * list has hundreds of millions of lines and belongs to a service, not into a program.
 * In lower case; compared without regard to ASCII case.
 */
#include "account_int.h"

/* clang-format off */
static const char *const common[] = {
	"!qaz2wsx", "00000000", "000000000", "0000000000", "0987654321", "11111111",
	"111111111", "1111111111", "11223344", "112233445", "1122334455", "12121212",
	"121212121", "123123123", "123321123", "12341234", "12344321", "123454321",
	"1234554321", "123456123", "12345678", "123456789", "1234567890", "123456789a",
	"12345678a", "1234567a", "1234567q", "123456abc", "123456qwerty", "12345abc",
	"12345qwert", "1234qwer", "123654789", "123abc123", "123mudar", "123qweasd",
	"123qweasdzxc", "13131313", "147258369", "147852369", "159357123", "159753159",
	"1q2w3e4r", "1q2w3e4r5t", "1qaz!qaz", "1qaz2wsx", "1qaz2wsx3edc", "1qaz@wsx",
	"1qazxsw2", "22222222", "33333333", "44444444", "55555555", "66666666",
	"741852963", "77777777", "789456123", "87654321", "88888888", "963852741",
	"987654321", "99999999", "a12345678", "a123456789", "a1b2c3d4", "a1b2c3d4e5",
	"aa123456", "aa12345678", "abc12345", "abc123456", "abcabc123", "abcd1234",
	"abcdefg1", "abcdefgh", "abcdefghi", "admin123", "admin1234", "admin12345",
	"admin@123", "adminadmin", "administrator", "administrator1", "ahmed123",
	"ahmed1234", "alexander", "alexandra", "ali12345", "ali123456", "allah123",
	"allahuakbar", "america1", "america123", "android1", "angel123", "angels123",
	"arsenal1", "arsenal123", "asd123asd", "asdasdasd", "asdf1234", "asdfasdf",
	"asdfghjk", "asdfghjkl", "asdfqwer", "australia", "autumn2024", "autumn2025",
	"azerty12", "azerty123", "azertyuiop", "babyboy1", "babygirl", "babygirl1",
	"barcelona", "barcelona1", "baseball", "baseball1", "basketball",
	"basketball1", "batman123", "beatles1", "bestfriend", "bismillah",
	"bismillah1", "blessed1", "blessing", "blink182", "bonjour1", "brasil123",
	"brother1", "business1", "butterflies", "butterfly", "cairo123", "canada123",
	"caroline", "changeit", "changeme", "changeme!", "changeme1", "changeme123",
	"charizard", "charlotte", "chelsea1", "chelsea123", "chicago1", "chocolate",
	"chocolate1", "christ123", "christian", "christine", "cocacola", "company1",
	"company123", "computer", "computer1", "contrasena", "contraseña", "cookies1",
	"correcthorsebatterystaple", "corvette", "counterstrike", "crisis123",
	"danielle", "darthvader", "december", "default1", "default123", "diablo123",
	"diwan123", "diwan1234", "diwandiwan", "doudou123", "dragon123", "dragonfly",
	"dubai123", "egypt123", "elizabeth", "eminem123", "england1", "esteghlal",
	"esteghlal1", "estrella", "everything", "explorer", "facebook", "facebook1",
	"family123", "familyguy", "fatemeh1", "father123", "fatima123", "february",
	"ferrari1", "football", "football1", "forever1", "forever21", "fortnite",
	"france123", "freedom1", "friday123", "friends1", "friendship", "frodo123",
	"gandalf1", "garfield", "germany1", "gmail123", "godisgood", "goodluck",
	"goodmorning", "google123", "guest123", "guest1234", "habibi123", "hallo123",
	"happiness", "happy123", "harley123", "haslo123", "heaven123", "hello123",
	"hello1234", "hellohello", "helloworld", "hossein1", "hossein123", "hotmail1",
	"hunter123", "ilovegod", "iloveme1", "iloveyou", "iloveyou!", "iloveyou1",
	"iloveyou2", "inshallah", "instagram", "internet", "internet1", "iphone123",
	"iran1234", "isfahan1", "istanbul", "istanbul1", "january1", "jennifer",
	"jessica1", "jesus123", "jesuschrist", "jonathan", "juventus", "khalid123",
	"killer123", "kullanici", "letmein!", "letmein1", "letmein123", "letmeinn",
	"linkinpark", "linux123", "liverpool", "liverpool1", "lkjhgfdsa", "london123",
	"lovelove", "lovely123", "loveyou1", "lucky123", "mahdi123", "manager1",
	"manager123", "manchester", "manutd123", "mario123", "marlboro", "master123",
	"masterkey", "mastermind", "matrix123", "mercedes", "metallica", "michael1",
	"michelle", "microsoft", "minecraft", "minecraft1", "mnbvcxz1", "mohamed123",
	"mohammad", "mohammad1", "mohammed", "monday123", "monkey12", "monkey123",
	"motdepasse", "mother123", "muhammad", "muhammad1", "mustang1", "mylove123",
	"mypassword", "mypassword1", "naruto123", "natasha1", "newpassword",
	"newyork1", "newyork123", "nicholas", "nirvana1", "nokia123", "nopassword",
	"nothing1", "november", "october1", "office123", "office365", "omar1234",
	"p@55w0rd", "p@ssw0rd", "p@ssw0rd1", "p@ssw0rd123", "p@ssword", "p@ssword1",
	"pa$$w0rd", "pa$$w0rd1", "pa$$word", "pa55word", "parol123", "parola123",
	"pass1234", "pass12345", "passpass", "passpass1", "passphrase", "passw0rd",
	"passw0rd!", "passw0rd1", "password", "password!", "password01", "password1",
	"password1!", "password10", "password11", "password12", "password123",
	"password1234", "password2", "password3", "password5", "password7",
	"password9", "password99", "passwordpassword", "passwort", "passwort1",
	"patricia", "pepsi123", "persepolis", "persepolis1", "pikachu1", "pikachu123",
	"playboy1", "poiuytrewq", "pokemon1", "pokemon123", "poohbear", "porsche1",
	"portugal", "princess", "princess1", "privet123", "q1w2e3r4", "q1w2e3r4t5",
	"qazwsx123", "qazwsxedc", "qwe123qwe", "qweasd123", "qweasdzxc", "qweqweqwe",
	"qwer1234", "qwerty!@#", "qwerty12", "qwerty123", "qwerty1234", "qwerty12345",
	"qwerty123456", "qwertyqwerty", "qwertyui", "qwertyuiop", "qwertz123",
	"qwertzuiop", "realmadrid", "riyadh123", "rockstar", "rockyou1", "rockyou123",
	"root1234", "rootroot", "salam123", "salam1234", "salamsalam", "samantha",
	"samsung1", "samsung123", "saudi123", "schatz123", "scooby123", "secret123",
	"secretpassword", "secure123", "security", "security1", "senha123",
	"september", "shadow12", "shadow123", "sifre123", "simpsons", "sister123",
	"skywalker", "slipknot", "snapchat", "snoopy123", "soleil123", "something",
	"spiderman", "spiderman1", "spring2024", "spring2025", "starcraft", "startrek",
	"startrek1", "starwars", "starwars1", "stephanie", "summer123", "summer2023",
	"summer2024", "summer2025", "sunday123", "sunshine", "sunshine1", "superman",
	"superman1", "superstar", "sweetheart", "sweetie1", "teamo123", "tehran123",
	"temp1234", "temporary", "temppass", "tequiero", "terminator", "test1234",
	"test12345", "testing1", "testing123", "testtest", "thepassword", "tinkerbell",
	"toor1234", "trustno1", "trustno1!", "turkiye1", "user1234", "username",
	"victoria", "warcraft", "warroom1", "warroom123", "welcome!", "welcome1",
	"welcome1!", "welcome12", "welcome123", "whatever", "whatever1", "whatsapp",
	"windows1", "windows10", "winter123", "winter2023", "winter2024", "winter2025",
	"yamaha123", "youtube1", "zaq12wsx", "zaq1zaq1", "zelda123", "zxc123zxc",
	"zxcvbnm1", "zxcvbnm123", "zxczxczxc",
};
/* clang-format on */

bool password_is_common(struct dw_str password)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (dw_str_eq_nocase(password, dw_str_of(common[i])))
			return true;
	return false;
}
