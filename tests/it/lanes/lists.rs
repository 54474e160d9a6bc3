//! Lists that take long.

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};

use super::asked::{Ask, Asked, assert_all_served, assert_all_told_to_wait};
use super::assert_reads_wait_for_none_of;

const LIST: &str = "/api/v1/teams/";

fn lists(service: &Service, user: &str, count: usize) -> Vec<Ask> {
    let caller = service.client().token(user);
    vec![(caller, Request::new("GET", LIST)); count]
}

#[test]
fn a_list_that_waits_delays_no_read_and_a_user_has_two_of_them_at_once() {
    let test = "lanes::lists::a_list_that_waits_delays_no_read_and_a_user_has_two_of_them_at_once";
    if !Backend::has_postgres(test) {
        return;
    }
    let service = Service::start(Backend::Postgres, Data::Staff, &["database.pool_size=16"]);
    let mut other = service.session();
    // What only lists read.
    other
        .execute("BEGIN; LOCK TABLE teams IN ACCESS EXCLUSIVE MODE")
        .unwrap();

    let mut asked = Asked::all(service.address(), lists(&service, "MasterAdmin", 3));
    let (_, refused) = asked.next();
    assert_reads_wait_for_none_of(&mut asked, &service);
    let told = asked.rest();
    other.execute("ROLLBACK").unwrap();

    assert_eq!(refused.status, 429, "{}", refused.text());
    let wait = refused
        .header("Retry-After")
        .and_then(|wait| wait.parse::<u32>().ok());
    assert!(wait.is_some_and(|seconds| seconds > 0), "{refused:?}");
    assert_all_told_to_wait(&told);
    let again = lists(&service, "MasterAdmin", 2);
    assert_all_served(&Asked::all(service.address(), again).rest());
}

#[test]
fn two_lists_of_each_of_many_users_delay_no_read() {
    let test = "lanes::lists::two_lists_of_each_of_many_users_delay_no_read";
    if !Backend::has_postgres(test) {
        return;
    }
    let service = Service::start(Backend::Postgres, Data::Staff, &[]);
    let mut other = service.session();
    other
        .execute("BEGIN; LOCK TABLE teams IN ACCESS EXCLUSIVE MODE")
        .unwrap();

    let mut all = lists(&service, "MasterAdmin", 2);
    all.extend(lists(&service, "plain", 2));
    all.extend(lists(&service, "minimal", 2));
    let mut asked = Asked::all(service.address(), all);
    assert_reads_wait_for_none_of(&mut asked, &service);
    let told = asked.rest();
    other.execute("ROLLBACK").unwrap();

    assert_all_told_to_wait(&told);
}
