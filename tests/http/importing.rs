//! The register as a file: out, changed, in again; a register from elsewhere; files that mean harm.

use std::fmt::Write as _;
use std::io::Write as _;

use documents::table::{Kind, csv, xlsx};
use domain::access::Role;
use domain::ids::ProductId;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use tests::{Browser, Page, Person, TestApp};

async fn started(app: &TestApp) -> (Person, ProductId) {
    let person = app.administrator().await;
    let product = app.product(&person, "Glucose watch").await;
    (person, product)
}

fn register(product: ProductId) -> String {
    format!("/products/{product}/hazards")
}

async fn add_row(browser: &Browser, product: ProductId, situation: &str, harm: &str) {
    let page = browser.get(&format!("{}/new", register(product))).await.expect(200);
    let form = page
        .form("/api/hazards/add_risk")
        .with("hazard", "=Wrong glucose value")
        .with("events", "- Sensor drifts\n\"Value\", shown; as true")
        .with("situation", situation)
        .with("harm", harm)
        .with("initial_severity", "4")
        .with("initial_p1", "0.02")
        .with("initial_p2", "0.05")
        .with("external_as_initial", "yes");
    let _ = browser.submit(form).await.expect(200);
}

/// Sends a file from the page that takes files.
async fn send(browser: &Browser, product: ProductId, name: &str, file: &[u8]) -> Page {
    let page = format!("{}/import", register(product));
    let mut body = Vec::new();
    for (head, content) in [
        ("name=\"product\"".to_owned(), product.to_string().as_bytes()),
        (format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream"), file),
    ] {
        body.extend(format!("--x7\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(b"--x7--\r\n");
    browser.post_body(&page, app::routes::UPLOAD, "multipart/form-data; boundary=x7", body).await
}

/// The file's texts, changed by `change`, as a file again.
fn changed(csv_text: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    change(csv_text).into_bytes()
}

async fn taken_out(browser: &Browser, product: ProductId) -> String {
    browser.get(&format!("{}.csv", register(product))).await.expect(200).body
}

#[tokio::test]
async fn what_was_only_taken_out_changes_nothing_on_its_way_in() {
    let app = TestApp::start().await;
    let owner = app.administrator().await;
    for name in ["Closed-loop insulin controller", "Telemedicine triage"] {
        let product = app.demonstration(&owner, name).await;
        let text = owner.bytes(&format!("{}.csv", register(product))).await;
        let workbook = owner.bytes(&format!("{}.xlsx", register(product))).await;
        assert_eq!(Kind::of(&workbook), Ok(Kind::Xlsx));
        for (name, file) in [("register.csv", text), ("register.xlsx", workbook)] {
            let page = send(&owner, product, name, &file).await.expect(200);
            page.says("The file changes nothing");
            page.does_not_say("of the register not in the file");
        }
    }
}

#[tokio::test]
async fn cells_that_were_changed_in_the_file_are_shown_and_then_written_as_one_change() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person, product, "Alone at night", "Coma").await;
    add_row(&person, product, "In the car", "Coma").await;
    let text = taken_out(&person, product).await;
    assert!(text.contains("'=Wrong glucose value") && text.contains("\"'- Sensor drifts"), "{text}");
    let file = changed(&text, |text| {
        text.replace("Alone at night", "=Alone at night").replacen(",Coma,", ",Death,", 1)
    });
    let page = send(&person, product, "register.csv", &file).await.expect(200);
    page.says("This would change 2 cells in 1 row");
    page.says("Stands in one more row, and changes there too.");
    let mark = app.trail_mark().await;
    let refused = person.submit(page.form("hazards/take_in_import").with("reason", " ")).await.expect(200);
    refused.says("Please fill this in.");
    assert!(app.trail_since(mark).await.is_empty());
    let done = person
        .submit(refused.form("hazards/take_in_import").with("reason", "Reviewed with the clinic."))
        .await;
    done.says("The file is imported.");
    done.says("See the change on the trail");
    let entries = app.trail_since(mark).await;
    assert!(entries.iter().all(|entry| entry.action == "register.imported"));
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds.len(), 3, "one situation, one harm, and the import itself: {kinds:?}");
    let trail = person.get(&done.link("See the change on the trail")).await.expect(200);
    trail.says("Reviewed with the clinic.");
    trail.says("Imported rows into the register");
    let row = person.get(&format!("{}/R-002", register(product))).await.expect(200);
    row.says("Death");
    // Sent once more, it is as the register is.
    send(&person, product, "register.csv", &file).await.says("The file changes nothing");
}

#[tokio::test]
async fn what_others_changed_stays_or_somebody_chooses() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person, product, "Alone at night", "Coma").await;
    let text = taken_out(&person, product).await;
    let edit = async |field: &str, value: &str| {
        let page = person.get(&format!("{}?edit=R-001", register(product))).await;
        person.submit(page.form("hazards/edit_row").with(field, value)).await.says("R-001 is saved.");
    };
    edit("situation", "Asleep").await;
    // The file changes another cell: both stay.
    let file = changed(&text, |text| text.replace(",Coma,", ",Death,"));
    let page = send(&person, product, "register.csv", &file).await;
    page.says("1 cell was changed here by others and left alone in the file");
    page.says("This would change 1 cell in 1 row");
    // Now the register moves under the preview.
    edit("harm", "Shock").await;
    let moved = person.submit(page.form("hazards/take_in_import").with("reason", "Because")).await;
    moved.says("1 cell was changed in the file and in the register.");
    moved.says("Take the file’s");
    let settled = person.submit(moved.form("hazards/settle_import").with("side_0", "file")).await;
    settled.says("This would change 1 cell in 1 row");
    person
        .submit(settled.form("hazards/take_in_import").with("reason", "Because"))
        .await
        .says("The file is imported.");
    let row = person.get(&format!("{}/R-001", register(product))).await;
    row.says("Death");
    row.says("Asleep");
    // Several of them can be settled at once.
    let file =
        changed(&text, |text| text.replace("Alone at night", "Alone by day").replace(",Coma,", ",Fever,"));
    let both = send(&person, product, "register.csv", &file).await;
    both.says("2 cells were changed in the file and in the register.");
    let settled = person.submit(both.form("hazards/settle_import").with("all", "register")).await;
    settled.says("The file changes nothing");
}

#[tokio::test]
async fn a_file_with_one_refused_row_writes_nothing_and_says_where() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person, product, "Alone at night", "Coma").await;
    add_row(&person, product, "In the car", "Coma").await;
    let text = taken_out(&person, product).await;
    let file =
        changed(&text, |text| text.replace("Alone at night", "Alone by day").replacen("2e-2", "often", 1));
    let page = send(&person, product, "register.csv", &file).await;
    page.says("1 place is refused, so nothing can be imported yet.");
    page.says("Row 2, column R");
    page.says("Nobody has said yet what this word means here.");
    assert!(page.forms("hazards/take_in_import").is_empty(), "there is no button");
    let draft = page.path.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let product_id = product.to_string();
    let fields =
        [("product", product_id.as_str()), ("draft", draft.as_str()), ("seen", ""), ("reason", "Because")];
    let _ = person.call("hazards/take_in_import", &fields).await.expect(422);
    person.get(&register(product)).await.says("Alone at night");
}

const FOREIGN: &str = "Risk file of the pump;;;;;;;\r\n;;;;;;;\r\nNo.;Hazard;Cause;Hazardous situation;Harm;Severity;Occurrence;Mitigation\r\n\
    1;Overdose;Motor runs on;Patient asleep;Coma;Major;Often;\"- Watchdog\n- Alarm\"\r\n\
    2;Overdose;Typo;Nurse hurries;;Minor;0,01;Watchdog\r\n";

#[tokio::test]
async fn a_register_from_elsewhere_comes_in_and_the_next_file_is_read_the_same_way() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let page = send(&person, product, "old register.csv", FOREIGN.as_bytes()).await;
    page.says("How the file is read");
    page.says("“Major”");
    let form = page
        .form("hazards/arrange_import")
        .with("fill_harm", "Not said in the old register")
        .with("means_severity_0", "4")
        .with("means_probability_0", "often, I think");
    let again = person.submit(form).await;
    again.says("Nobody has said yet what this word means here.");
    let kept = again.form("hazards/arrange_import");
    let page = person.submit(kept.with("means_probability_0", "0.01")).await;
    page.says("This would add 2 rows");
    page.says("Watchdog");
    page.says("Not said in the old register");
    person
        .submit(page.form("hazards/take_in_import").with("reason", "The register of the old system."))
        .await
        .says("Rows added 2");
    let row = person.get(&format!("{}/R-001", register(product))).await;
    row.says("Overdose");
    row.says("Alarm");
    let count: i64 =
        sqlx::query_scalar("select count(*) from app.risk_control").fetch_one(app.superuser()).await.unwrap();
    assert_eq!(count, 2, "the control that both rows name is one");

    let next = "Hazard;Cause;Hazardous situation;Harm;Severity;Occurrence\nHeat;Short circuit;At home;Burn;Major;Often\n";
    let page = send(&person, product, "more.csv", next.as_bytes()).await;
    page.says("This would add 1 row");
    page.says("S4, 1 × 10⁻²");
    // The first file again: its chains stand already.
    let page = send(&person, product, "old register.csv", FOREIGN.as_bytes()).await;
    page.says("The same hazard, sequence, situation and harm already stand in another row.");
}

#[tokio::test]
async fn a_file_is_its_owners_and_waits_until_it_is_thrown_away() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let columns = send(&person, product, "C:\\registers\\old.csv", FOREIGN.as_bytes()).await;
    let second = app.person(&person, "Ben Baker").await;
    app.give_roles(&person, product, &second, &[Role::Author]).await;
    let _ = second.get(&columns.path).await.expect(404);
    let list = person.get(&format!("{}/import", register(product))).await.expect(200);
    list.says("old.csv");
    list.does_not_say("registers");
    person.submit(list.form("hazards/discard_import")).await.says("The file is thrown away.");
    let _ = person.get(&columns.path).await.expect(404);
    // A role that may only read is told so, and nothing of the file is looked at.
    let reader = app.person(&person, "Rita Reader").await;
    app.give_roles(&person, product, &reader, &[Role::Reader]).await;
    let _ = reader.get(&format!("{}/import", register(product))).await.expect(403);
    let page = send(&reader, product, "old.csv", FOREIGN.as_bytes()).await;
    page.says("you do not have the role");
    let page = reader.get(&register(product)).await.expect(200);
    assert!(!page.body.contains("/import\""), "no button that would be refused");
}

// Files that mean harm ----------------------------------------------------------------------------------------------

struct Packed {
    name: &'static str,
    content: Vec<u8>,
    /// What the list says it unpacks to, where that is a lie.
    said: Option<u32>,
}

fn packed(name: &'static str, content: impl Into<Vec<u8>>) -> Packed {
    Packed { name, content: content.into(), said: None }
}

/// Puts parts into a file; `from` says for a part that it lies where another lies.
fn zipped(parts: &[Packed], all_at_the_first: bool) -> Vec<u8> {
    let (mut whole, mut list) = (Vec::new(), Vec::new());
    for part in parts {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&part.content).unwrap();
        let content = encoder.finish().unwrap();
        let mut head = Vec::new();
        for number in [20_u16, 0, 8, 0, 33] {
            head.extend(number.to_le_bytes());
        }
        let said = part.said.unwrap_or(u32::try_from(part.content.len()).unwrap());
        for number in [0, u32::try_from(content.len()).unwrap(), said] {
            head.extend(number.to_le_bytes());
        }
        head.extend(u16::try_from(part.name.len()).unwrap().to_le_bytes());
        head.extend([0; 2]);
        let at = if all_at_the_first { 0 } else { u32::try_from(whole.len()).unwrap() };
        list.extend(b"PK\x01\x02\x14\0");
        list.extend(&head);
        list.extend([0; 10]);
        list.extend(at.to_le_bytes());
        list.extend(part.name.as_bytes());
        whole.extend(b"PK\x03\x04");
        whole.extend(&head);
        whole.extend(part.name.as_bytes());
        whole.extend(content);
    }
    let (at, length) = (u32::try_from(whole.len()).unwrap(), u32::try_from(list.len()).unwrap());
    let count = u16::try_from(parts.len()).unwrap();
    whole.extend(list);
    whole.extend(b"PK\x05\x06\0\0\0\0");
    for number in [count, count] {
        whole.extend(number.to_le_bytes());
    }
    for number in [length, at] {
        whole.extend(number.to_le_bytes());
    }
    whole.extend([0; 2]);
    whole
}

const LINKS: &str = r#"<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK_LINKS: &str = r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const BOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="Risks" sheetId="1" r:id="r1"/></sheets></workbook>"#;

fn workbook(sheet: Vec<u8>, strings: Vec<u8>) -> Vec<Packed> {
    vec![
        packed("_rels/.rels", LINKS),
        packed("xl/workbook.xml", BOOK),
        packed("xl/_rels/workbook.xml.rels", BOOK_LINKS),
        packed("xl/sharedStrings.xml", strings),
        packed("xl/worksheets/sheet1.xml", sheet),
    ]
}

fn sheet(rows: &str) -> Vec<u8> {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()
}

#[test]
fn a_workbook_of_another_program_is_read_with_merged_cells_formulas_and_errors() {
    let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Risk file</t></is></c></row>
        <row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c t="str"><f>A1</f><v>Harm</v></c></row>
        <row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4"><v>5.0000000000000003E-2</v></c><c r="C4" t="e"><v>#REF!</v></c></row>
        <row r="5"><c r="A5" s="3"/><c r="B5" t="b"><v>1</v></c><c r="C5"><f>1+1</f></c></row>"#;
    let sheet = format!(
        "<x:worksheet xmlns:x=\"m\"><sheetData>{rows}</sheetData><mergeCells><mergeCell ref=\"A4:A5\"/></mergeCells></x:worksheet>"
    );
    let strings = "<sst><si><t>Hazard</t></si><si><r><t>Prob</t></r><r><t xml:space=\"preserve\">ability</t></r>\
                   <rPh><t>no</t></rPh></si><si><t>5 &lt; 6 &#x26; _x0041_</t></si></sst>";
    let file = zipped(&workbook(sheet.into_bytes(), strings.into()), false);
    let book = xlsx::Workbook::open(&file).unwrap();
    assert_eq!(book.sheets(), ["Risks"]);
    let sheet = book.read(0).unwrap();
    let row = |number| {
        let row = sheet.row_numbered(number).unwrap();
        (0..3).map(|column| sheet.text(row, column)).collect::<Vec<_>>()
    };
    assert_eq!(row(3), ["Hazard", "Probability", "Harm"]);
    assert_eq!(row(4), ["5 < 6 & A", "0.05", "#REF!"]);
    assert_eq!(row(5), ["5 < 6 & A", "yes", ""]);
    use documents::table::CellFault;
    assert_eq!(sheet.fault(2, 2), Some(CellFault::Error));
    assert_eq!(sheet.fault(3, 2), Some(CellFault::NoResult));
}

/// Each is refused with its code, without unpacking what it hides.
#[test]
fn files_that_mean_harm_end_at_a_limit() {
    let blanks = vec![b' '; 66 * 1024 * 1024];
    let bomb = |said: Option<u32>| {
        let mut parts = workbook(blanks.clone(), b"<sst/>".to_vec());
        parts[4].said = said;
        zipped(&parts, false)
    };
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><sst><si><t>&b;</t></si></sst>";
    let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><sst><si><t>&a;</t></si></sst>";
    let tiny = sheet(&format!("<row r=\"1\">{}</row>", "<c/>".repeat(2_100_000)));
    let rows = sheet(&"<row/>".repeat(2_100_000));
    let full = sheet(&(1..30_000).fold(String::new(), |mut rows, row| {
        let _ = write!(rows, "<row r=\"{row}\"><c><v>1</v></c></row>");
        rows
    }));
    let wide = sheet("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>");
    let long = sheet(&format!("<row r=\"1\"><c r=\"B1\" t=\"str\"><v>{}</v></c></row>", "x".repeat(300_000)));
    let endless = sheet(&format!("<row r=\"1\" {}/>", "a='b' ".repeat(500_000)));
    let deep = sheet(&"<a>".repeat(1_000));
    let strings = format!("<sst>{}</sst>", "<si/>".repeat(1_100_000));
    let none = || b"<sst/>".to_vec();
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("a bomb", bomb(None), "X008"),
        ("a bomb that lies", bomb(Some(1_000)), "X005"),
        ("parts over each other", zipped(&workbook(sheet(""), none()), true), "X005"),
        ("entities that grow", zipped(&workbook(sheet(""), laughs.into()), false), "X009"),
        ("an entity from outside", zipped(&workbook(sheet(""), outside.into()), false), "X009"),
        (
            "an entity of its own",
            zipped(&workbook(sheet(""), b"<sst><si><t>&own;</t></si></sst>".to_vec()), false),
            "X005",
        ),
        ("millions of tiny cells", zipped(&workbook(tiny, none()), false), "X012"),
        ("millions of rows", zipped(&workbook(rows, none()), false), "X012"),
        ("too many rows with something in them", zipped(&workbook(full, none()), false), "X010"),
        ("a cell far away", zipped(&workbook(wide, none()), false), "X011"),
        ("a long cell", zipped(&workbook(long, none()), false), "X013"),
        ("a tag without end", zipped(&workbook(endless, none()), false), "X005"),
        ("elements in elements", zipped(&workbook(deep, none()), false), "X005"),
        ("millions of texts", zipped(&workbook(sheet(""), strings.into()), false), "X012"),
        (
            "a text that is not there",
            zipped(&workbook(sheet("<row r=\"1\"><c t=\"s\"><v>9</v></c></row>"), none()), false),
            "X005",
        ),
        ("half a file", zipped(&workbook(sheet(""), none()), false)[..200].to_vec(), "X005"),
        (
            "a file in a file",
            zipped(&[packed("inner.zip", zipped(&workbook(sheet(""), none()), false))], false),
            "X002",
        ),
        (
            "names that lead away",
            zipped(&[packed("../../etc/passwd", "x"), packed("/dev/null", "y")], false),
            "X002",
        ),
    ];
    for (what, file, code) in table {
        let began = std::time::Instant::now();
        let read = xlsx::Workbook::open(&file).and_then(|book| book.read(0));
        assert_eq!(read.map(|_| ()).unwrap_err().id(), code, "{what}");
        // A bound that tells a limit from none; how fast it is, is measured elsewhere.
        assert!(began.elapsed().as_secs() < 30, "{what}");
    }
    let broken = format!("{}1,\"2\n3,4\n", "1,2\n".repeat(20_000));
    let refused = csv::read(broken.as_bytes()).unwrap_err();
    assert_eq!(refused.id(), "X014");
    assert!(format!("{refused:?}").contains("20001"), "{refused:?}");
}

#[tokio::test]
async fn a_file_that_can_not_be_read_is_refused_on_the_page_in_words() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty.csv", Vec::new(), "Please choose a file; this one is empty."),
        ("letter.pdf", b"%PDF-1.7".to_vec(), "neither an Excel workbook"),
        ("old.xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].repeat(80), "save it as .xlsx"),
        (
            "latin.csv",
            b"Hazard;Harm\nG\xE9n\xE9ral;x\n".to_vec(),
            "From row 2 on this text is not written in UTF-8.",
        ),
        (
            "open.csv",
            b"Hazard,Harm\na,\"b\n".to_vec(),
            "The quotation marks of the cell in row 2, column B do not fit",
        ),
        ("large.csv", vec![b'x'; 17 * 1024 * 1024], "More was sent than Hazel takes at once"),
    ];
    for (name, file, words) in cases {
        let page = send(&person, product, name, &file).await;
        let said = format!("{} {}", page.reading(), page.summary());
        assert!(said.contains(words), "{name}: {said}");
    }
    let rows: i64 =
        sqlx::query_scalar("select count(*) from run.import_draft").fetch_one(app.superuser()).await.unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn the_workbook_that_goes_out_holds_no_formula() {
    let app = TestApp::start().await;
    let (person, product) = started(&app).await;
    add_row(&person, product, "=HYPERLINK(\"http://evil.test\")", "@SUM(A1)").await;
    let file = person.bytes(&format!("{}.xlsx", register(product))).await;
    let book = xlsx::Workbook::open(&file).unwrap();
    let sheet = book.read(0).unwrap();
    assert!(sheet.cells(1).any(|(_, text)| text == "=HYPERLINK(\"http://evil.test\")"));
    for part in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
        let xml = unpacked(&file, part);
        assert!(!xml.contains("<f>") && !xml.contains("<f "), "{part}");
    }
    let xml = unpacked(&file, "xl/worksheets/sheet1.xml");
    for text in ["=HYPERLINK", "@SUM", "=Wrong", "- Sensor"] {
        let at = xml.find(&format!(">{text}")).unwrap_or_else(|| panic!("{text} stands there"));
        let cell = &xml[xml[..at].rfind("<c ").unwrap()..at];
        assert!(cell.contains("s=\"5\""), "{text} is marked as a text: {cell}");
    }
    assert!(xml.contains("<dataValidation ") && xml.contains("state=\"frozen\""));
}

/// A part of one of our own files.
fn unpacked(file: &[u8], name: &str) -> String {
    let at = file.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let packed = &file[at + name.len()..at + name.len() + number(at - 12)];
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(packed), &mut text).unwrap();
    text
}
