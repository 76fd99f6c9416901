"""Who lives and works in the sample: invented names, places and trades."""

WOMEN = (
    "Adaeze Amelia Ana Beatriz Bernadette Bich Carmen Charlotte Chiara Constance Daniela Deborah Dolores Edith Elena Eun-ji Fatima Florence "
    "Gabriela Genevieve Gloria Grace Hannah Harriet Hiroko Imani Ingrid Irene Jacqueline Josefina Katarzyna Keisha Latoya Leila Lucinda Magdalena "
    "Margaret Maribel Marlene Meera Miriam Mei-ling Nadia Naomi Ngozi Olga Pauline Philippa Priya Rosalind Ruth Samira Shanice Sofia Svetlana "
    "Tamara Teresa Thandiwe Ursula Valentina Vivian Winifred Xiomara Yolanda Yuki Zainab"
).split()
MEN = (
    "Abdul Adrian Alejandro Ambrose Andre Anselm Arturo Bartholomew Benedict Bernard Bogdan Carlos Cedric Clarence Darnell Dmitri Donald Duc "
    "Edmund Emeka Emilio Ernest Everett Farid Francisco Gerald Giuseppe Gustavo Harold Hector Hiroshi Ibrahim Ignacio Isaac Jamal Jerome Joaquin "
    "Kenji Kwame Lamar Leonard Lionel Luis Marcus Mateo Maurice Milton Minh Nathaniel Nikolai Omar Oscar Percival Rafael Rajesh Reginald Roland "
    "Salvatore Samuel Sanjay Terrence Thaddeus Tobias Vernon Vincent Walter Winston Yusuf Zachary"
).split()
SURNAMES = (
    "Abernathy Achebe Aguilar Alvarez Andersson Bakshi Banerjee Barrientos Beaumont Bergstrom Blackwood Boateng Bouchard Brennan Calloway Cardenas "
    "Castellanos Chaudhry Chen Cisneros Clearwater Costa Dalgaard Delacroix Desai Dubois Ebersole Eriksen Escobar Fairchild Farouk Fitzgerald "
    "Fontaine Fujimoto Gallagher Ghosh Goldberg Gutierrez Haddad Halvorsen Hargrove Hernandez Holloway Ibarra Iyer Jankowski Johansson Kaminski "
    "Kapoor Kirkpatrick Kowalczyk Lafayette Larkspur Lindqvist Lombardi Mahoney Marchetti Mbeki McAllister Mendoza Mirza Montgomery Nakamura Nguyen "
    "Novak O'Sullivan Okafor Okonkwo Oyelaran Pacheco Papadakis Pemberton Petrov Pham Quintero Ramaswamy Reyes Rosenthal Rutherford Sandoval Santos "
    "Schreiber Sheridan Sokolov Sorensen Stavros Takahashi Tanaka Thibodeaux Tran Underwood Valdez Vandermeer Villanueva Volkov Wentworth Whitfield "
    "Wojcik Yamamoto Yazzie Zapata Zimmerman"
).split()

RACES = (
    ("2106-3", "White"),
    ("2106-3", "White"),
    ("2106-3", "White"),
    ("2054-5", "Black or African American"),
    ("2054-5", "Black or African American"),
    ("2028-9", "Asian"),
    ("1002-5", "American Indian or Alaska Native"),
    ("2131-1", "Other Race"),
)
"""OMB race categories, as often as they are drawn."""

TOWNS = (
    ("Ashford Mills", "MA", "01099"),
    ("Briar Hollow", "MA", "01377"),
    ("Cold Spring Harbor Village", "MA", "01458"),
    ("Dunmore Falls", "MA", "02054"),
    ("East Pemberly", "MA", "02188"),
    ("Granite Ferry", "MA", "02561"),
)
STREETS = ("Alder Street", "Birch Lane", "Canal Road", "Depot Avenue", "Elm Terrace", "Foundry Street", "Hillcrest Drive", "Larch Way", "Orchard Road")

TRADES = (
    "school teacher",
    "bus driver",
    "carpenter",
    "accountant",
    "machinist",
    "librarian",
    "line cook",
    "nurse's aide",
    "electrician",
    "bookkeeper",
    "farm worker",
    "postal carrier",
    "warehouse supervisor",
    "seamstress",
    "paralegal",
    "hairdresser",
    "bank teller",
    "truck driver",
    "music teacher",
    "shipyard welder",
    "software tester",
    "landscaper",
    "receptionist",
    "chemist",
)
HOMES = (
    "lives alone in a third-floor walk-up",
    "lives with {his} [spouse|partner]",
    "lives with an adult [daughter|son]",
    "lives with {his} [spouse|partner] and two children",
    "shares a house with {his} [sister|brother]",
    "lives in a one-level house with {his} [spouse|partner]",
    "lives in senior housing with an elevator",
)

SERVICES = {
    "primary care": ("Family Medicine", "207Q00000X", 4),
    "oncology": ("Medical Oncology", "207RX0202X", 3),
    "cardiology": ("Cardiovascular Disease", "207RC0000X", 3),
    "endocrinology": ("Endocrinology", "207RE0101X", 2),
    "pulmonology": ("Pulmonary Disease", "207RP1001X", 2),
    "nephrology": ("Nephrology", "207RN0300X", 2),
    "rheumatology": ("Rheumatology", "207RR0500X", 2),
    "infectious disease": ("Infectious Disease", "207RI0200X", 2),
    "obstetrics": ("Obstetrics & Gynecology", "207V00000X", 2),
    "psychiatry": ("Psychiatry", "2084P0800X", 2),
    "orthopedics": ("Orthopaedic Surgery", "207X00000X", 2),
    "pediatrics": ("Pediatrics", "208000000X", 2),
    "neurology": ("Neurology", "2084N0400X", 2),
    "gastroenterology": ("Gastroenterology", "207RG0100X", 2),
    "dermatology": ("Dermatology", "207N00000X", 2),
    "hematology": ("Hematology", "207RH0000X", 1),
    "hospital medicine": ("Hospitalist", "208M00000X", 3),
    "emergency medicine": ("Emergency Medicine", "207P00000X", 3),
    "surgery": ("Surgery", "208600000X", 2),
    "radiology": ("Diagnostic Radiology", "2085R0202X", 2),
    "pathology": ("Anatomic Pathology", "207ZP0101X", 2),
    "nursing": ("Registered Nurse", "163W00000X", 5),
}
"""Service → NUCC taxonomy display and code, and how many practitioners it has."""

ORGANIZATIONS = (
    ("harborview", "Harborlight General Hospital", "Healthcare Provider"),
    ("clinics", "Harborlight Community Clinics", "Healthcare Provider"),
    ("laboratory", "Three Rivers Reference Laboratory", "Healthcare Provider"),
)
LOCATIONS = (
    ("ward", "Harborlight General Hospital, medical and surgical wards", "harborview"),
    ("emergency", "Harborlight General Hospital, emergency department", "harborview"),
    ("infusion", "Harborlight General Hospital, infusion center", "harborview"),
    ("clinic", "Harborlight Community Clinics, Granite Ferry", "clinics"),
    ("video", "Harborlight Community Clinics, telehealth", "clinics"),
    ("phone", "Harborlight Community Clinics, nurse line", "clinics"),
    ("home", "Patient's home", "clinics"),
)
