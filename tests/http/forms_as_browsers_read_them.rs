//! The tests' own browser reads forms as browsers do; other tests rely on it.

use tests::Page;

fn page(body: &str) -> Page {
    Page {
        status: reqwest::StatusCode::OK,
        path: "/there".to_owned(),
        headers: reqwest::header::HeaderMap::new(),
        body: body.to_owned(),
    }
}

#[test]
fn a_form_is_filled_in_as_the_page_had_it() {
    let form = page(
        "<form method=post action=/api/a/b id=f>\
         <input type=hidden name=revision value=3><input name=name value='a &amp; b' maxlength=200>\
         <textarea name=text>\nfirst\nsecond</textarea>\
         <select name=one><option value=x>X<option value=y selected>Y</select>\
         <select name=two><option value=p>P<option value=q>Q</select>\
         <input type=checkbox name=box value=1><input type=checkbox name=box value=2 checked>\
         <input name=off disabled value=never><button name=pressed value=1>Go</button></form>\
         <input form=f name=outside value=yes><input name=stranger value=no>",
    )
    .form("a/b");
    let expected = [
        ("revision", "3"),
        ("name", "a & b"),
        // The parser eats the first line feed of a text area.
        ("text", "first\nsecond"),
        ("one", "y"),
        ("two", "p"),
        ("box", "2"),
        ("outside", "yes"),
    ];
    let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, expected);
    assert_eq!(form.longest.get("name"), Some(&200));
    assert_eq!(form.with("one", "x").value("one"), Some("x"));
}

#[test]
#[should_panic(expected = "has a control colour")]
fn a_control_that_the_page_lacks_can_not_be_filled_in() {
    let form = page("<form method=post action=/api/a><input name=name></form>").form("a");
    let _ = form.with("colour", "red");
}

#[test]
fn what_a_person_reads_leaves_out_scripts_and_titles() {
    let page = page("<title>no</title><p>one <b>two</b></p><script>no()</script><p>&lt;i&gt;</p>");
    assert_eq!(page.reading(), "one two <i>");
    page.does_not_say("no");
}
