use profiled_domain::{Comparison, FieldValue};
use profiled_rest::error::ErrorDetail;

use super::*;

mod refused;

/// A condition in few letters.
fn written(condition: &Condition) -> String {
    let list = |all: &[Condition], sign: &str| {
        let parts: Vec<String> = all.iter().map(written).collect();
        format!("({})", parts.join(sign))
    };
    match condition {
        Condition::All(all) if all.is_empty() => "yes".to_owned(),
        Condition::Any(all) if all.is_empty() => "no".to_owned(),
        Condition::All(all) => list(all, " & "),
        Condition::Any(all) => list(all, " | "),
        Condition::Not(inner) => format!("!{}", written(inner)),
        Condition::Field(field, test) => format!("{field:?}{}", test_written(test)),
        Condition::Related(relation, inner) => format!("{relation:?}[{}]", written(inner)),
    }
}

fn test_written(test: &Lookup) -> String {
    let case = |case: Case| if case == Case::Ignored { "i" } else { "" };
    match test {
        Lookup::Compare(comparison, value) => {
            let sign = match comparison {
                Comparison::Equal => "=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
            };
            format!("{sign}{}", value.to_text())
        }
        Lookup::In(values) => {
            let values: Vec<String> = values.iter().map(FieldValue::to_text).collect();
            format!(" in {}", values.join(","))
        }
        Lookup::Text(test, wanted, how) => format!(" {}{test:?} {wanted}", case(*how)),
        Lookup::Matches(pattern) => {
            format!(" {}Matches {}", case(pattern.case()), pattern.as_str())
        }
        Lookup::IsNull(wanted) => format!(" IsNull {wanted}"),
    }
}

fn read(model: Model, query: &str) -> Result<String, String> {
    let condition = condition(model, &Query::parse(query.as_bytes()).unwrap());
    condition
        .map(|condition| written(&condition))
        .map_err(|error| match error {
            ApiError::BadRequest(ErrorDetail::Text(text)) => format!("400 {text}"),
            ApiError::BadRequest(ErrorDetail::List(texts)) => format!("400 {texts:?}"),
            ApiError::Forbidden(text) => format!("403 {text}"),
            other => other.to_string(),
        })
}

fn all_are_read(model: Model, cases: &[(&str, &str)]) {
    for (query, expected) in cases {
        assert_eq!(read(model, query), Ok((*expected).to_owned()), "{query}");
    }
}

#[test]
fn lookups_compare_fields() {
    let cases = [
        ("", "yes"),
        ("page=7&page_size=x&format=json&order_by=id&order=x", "yes"),
        ("username=zoe", "Username=zoe"),
        ("username__exact=zoe", "Username=zoe"),
        ("username__iexact=ZOE", "Username iExact ZOE"),
        ("username__contains=o", "Username Contains o"),
        ("username__icontains=OE", "Username iContains OE"),
        ("first_name__startswith=z", "FirstName StartsWith z"),
        ("last_name__istartswith=Z", "LastName iStartsWith Z"),
        ("username__endswith=e", "Username EndsWith e"),
        ("username__iendswith=OE", "Username iEndsWith OE"),
        ("username__regex=^z.e$", "Username Matches ^z.e$"),
        ("username__iregex=^Z", "Username iMatches ^Z"),
        ("username__in=a, zoe,", "Username in a, zoe,"),
        (
            "username__gt=a&username__lte=b",
            "(Username>a & Username<=b)",
        ),
        ("id=9&pk__gte=+8&id__lt= 7", "(Id=9 & Id>=8 & Id<7)"),
        ("id__int=09&is_superuser__int=1", "(Id=9 & IsSuperuser=1)"),
        ("id__contains=09", "Id Contains 9"),
        (
            "id__iexact=9&is_superuser__iexact=F",
            "(Id=9 & IsSuperuser=0)",
        ),
        (
            "created__gt=2016-02-29",
            "DateJoined>2016-02-29 00:00:00.000000+00:00",
        ),
        (
            "date_joined__lt=2016-02-29T23:30:00-01:00",
            "DateJoined<2016-03-01 00:30:00.000000+00:00",
        ),
        (
            "profile__ldap_dn=&ldap_dn__contains=x",
            "(LdapDn= & LdapDn Contains x)",
        ),
        ("last_login__isnull=T", "LastLogin IsNull true"),
        ("email__isnull=true", "no"),
        ("email__isnull=0", "yes"),
        ("not__username=bob", "!Username=bob"),
        ("type=team,user", "yes"),
        ("type=team", "no"),
        ("type=", "no"),
        ("search=", "yes"),
    ];

    all_are_read(Model::User, &cases);
    let found = "((Description iContains a_ | Name iContains a_) & \
                 (Description iContains %b | Name iContains %b))";
    all_are_read(Model::Team, &[("search=+a_,%25b%09", found)]);
    all_are_read(
        Model::ActivityEvent,
        &[("search=x&operation=create", "Operation=create")],
    );
}

#[test]
fn terms_share_their_joins() {
    let cases = [
        (
            "organizations__name=A&username=x&organizations__description=b",
            "(Username=x & UserOrganizations[(Name=A & Description=b)])",
        ),
        (
            "organizations__teams__name=A&organizations__teams__users__id=3&organizations__id=1",
            "UserOrganizations[(Id=1 & OrganizationTeams[(Name=A & TeamUsers[Id=3])])]",
        ),
        (
            "chain__organizations__name=A&chain__organizations__name=B",
            "(UserOrganizations[Name=A] & UserOrganizations[Name=B])",
        ),
        (
            "not__organizations__name=A&organizations__id=2&chain__not__teams__id=1",
            "((!UserOrganizations[Name=A] & UserOrganizations[Id=2]) & !UserTeams[Id=1])",
        ),
        (
            "organizations=3&teams__in=1,none,2&admin_of_organizations__gt=5",
            "(UserOrganizations[Id=3] & UserTeams[Id in 1,2] & UserAdminOfOrganizations[Id>5])",
        ),
    ];

    all_are_read(Model::User, &cases);
}

#[test]
fn or_terms_are_one_group_with_the_terms_that_share_their_joins() {
    let cases = [
        (
            "or__username=a&or__not__id=9&email=",
            "(Email= & (Username=a | !Id=9))",
        ),
        ("or__username=a&id=9", "(Id=9 & Username=a)"),
        (
            "or__organizations__name=A&or__username=x&organizations__id=1&teams__id=2",
            "(UserTeams[Id=2] & (UserOrganizations[(Id=1 & Name=A)] | \
             (Username=x & UserOrganizations[Id=1])))",
        ),
        (
            "or__not__organizations__name=A&or__id=1&organizations__id=1",
            "(UserOrganizations[Id=1] & (!UserOrganizations[Name=A] | Id=1))",
        ),
    ];

    all_are_read(Model::User, &cases);
}

#[test]
fn isnull_holds_for_absent_values_and_absent_related_objects() {
    let none = "!UserOrganizations[yes]";
    let cases = [
        ("organizations__isnull=true", none),
        ("organizations=none", none),
        ("organizations__exact=NULL", none),
        ("organizations__name__isnull=1", none),
        ("organizations__isnull=false", "UserOrganizations[yes]"),
        ("not__organizations=none", "!!UserOrganizations[yes]"),
        ("organizations__isnull=true&organizations__name=A", "no"),
        (
            "organizations__isnull=true&organizations__isnull=false",
            "no",
        ),
        (
            "organizations__teams__isnull=true",
            "(UserOrganizations[!OrganizationTeams[yes]] | !UserOrganizations[yes])",
        ),
        (
            "organizations__teams__isnull=true&organizations__name=A",
            "UserOrganizations[(Name=A & !OrganizationTeams[yes])]",
        ),
        (
            "teams__users__last_login__isnull=true",
            "(UserTeams[(TeamUsers[LastLogin IsNull true] | !TeamUsers[yes])] | !UserTeams[yes])",
        ),
    ];

    all_are_read(Model::User, &cases);
}

#[test]
fn filter_names_of_every_model_are_known() {
    let cases = [
        (
            Model::Organization,
            "users__username=a",
            "OrganizationUsers[Username=a]",
        ),
        (Model::Organization, "admins=1", "OrganizationAdmins[Id=1]"),
        (
            Model::Organization,
            "teams__name=a",
            "OrganizationTeams[Name=a]",
        ),
        (
            Model::Organization,
            "created_by=none",
            "!OrganizationCreatedBy[yes]",
        ),
        (
            Model::Organization,
            "modified_by__id=1",
            "OrganizationModifiedBy[Id=1]",
        ),
        (Model::Team, "organization=1", "TeamOrganization[Id=1]"),
        (Model::Team, "users=1", "TeamUsers[Id=1]"),
        (Model::Team, "created_by=1", "TeamCreatedBy[Id=1]"),
        (Model::Team, "modified_by=1", "TeamModifiedBy[Id=1]"),
        (Model::Team, "description=d", "Description=d"),
        (
            Model::ActivityEvent,
            "actor__username=a",
            "EventActor[Username=a]",
        ),
        (Model::ActivityEvent, "user=1", "EventUsers[Id=1]"),
        (
            Model::ActivityEvent,
            "organization=1",
            "EventOrganizations[Id=1]",
        ),
        (Model::ActivityEvent, "team=1", "EventTeams[Id=1]"),
        (Model::ActivityEvent, "object1=team", "Object1=team"),
        (Model::ActivityEvent, "object2=", "Object2="),
        (
            Model::User,
            "organizations__users__username=x",
            "UserOrganizations[OrganizationUsers[Username=x]]",
        ),
    ];

    for (model, query, expected) in cases {
        all_are_read(model, &[(query, expected)]);
    }
}
