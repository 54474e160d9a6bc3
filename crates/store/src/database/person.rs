//! The table of users, and those of its columns that make a person.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use profiled_domain::{Gender, Person, ProfileChange, ProfileField, RepositoryError, UniqueKey};

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Nullable<Text>,
        email -> Nullable<Text>,
        mobile_number -> Nullable<Text>,
        number_phone -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        gender -> Nullable<Text>,
        avatar -> Nullable<Text>,
        is_active -> Bool,
        is_staff -> Bool,
        is_superuser -> Bool,
        ldap_dn -> Text,
        password -> Text,
        date_joined -> Timestamp,
        last_login -> Nullable<Timestamp>,
        version -> BigInt,
        credentials_epoch -> BigInt,
        credentials_epoch_at -> Nullable<Timestamp>,
        kept_jti -> Nullable<Text>,
        password_digest -> Nullable<Text>,
        deleted_at -> Nullable<Timestamp>,
        shared_email -> Nullable<Text>,
        shared_mobile_number -> Nullable<Text>,
        external_id -> Nullable<Text>,
    }
}

/// The attributes of a person, in every row of users that is read, compared or written. No value is null.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub(crate) struct PersonRow {
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) mobile_number: Option<String>,
    number_phone: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    gender: Option<String>,
    avatar: Option<String>,
    /// The address, if another user holds it or it is empty: `email` is null then (ADR 0032).
    shared_email: Option<String>,
    /// The number, likewise.
    shared_mobile_number: Option<String>,
}

impl From<Person> for PersonRow {
    fn from(person: Person) -> Self {
        Self {
            username: person.username,
            email: person.email,
            mobile_number: person.mobile_number,
            number_phone: person.number_phone,
            first_name: person.first_name,
            last_name: person.last_name,
            gender: person.gender.map(|gender| gender.as_str().to_owned()),
            avatar: person.avatar,
            shared_email: None,
            shared_mobile_number: None,
        }
    }
}

impl PersonRow {
    /// Its columns, in queries that go to either database.
    pub(crate) fn columns() -> <Self as Selectable<Sqlite>>::SelectExpression {
        <Self as Selectable<Sqlite>>::construct_selection()
    }

    /// Shows a value without holding it. A username is always held.
    pub(crate) fn share(&mut self, key: UniqueKey) {
        match key {
            UniqueKey::Email => self.shared_email = self.email.take(),
            UniqueKey::MobileNumber => self.shared_mobile_number = self.mobile_number.take(),
            _ => {}
        }
    }

    /// Neither holds nor shows a value any more.
    pub(crate) fn give_up(&mut self, key: UniqueKey) {
        match key {
            UniqueKey::Username => self.username = None,
            UniqueKey::Email => self.email = None,
            UniqueKey::MobileNumber => self.mobile_number = None,
            _ => {}
        }
    }

    /// Has an attribute as another row has it.
    pub(crate) fn keep(&mut self, field: ProfileField, old: &Self) {
        match field {
            ProfileField::Username => self.username.clone_from(&old.username),
            ProfileField::Email => {
                self.email.clone_from(&old.email);
                self.shared_email.clone_from(&old.shared_email);
            }
            ProfileField::MobileNumber => {
                self.mobile_number.clone_from(&old.mobile_number);
                self.shared_mobile_number
                    .clone_from(&old.shared_mobile_number);
            }
            ProfileField::NumberPhone => self.number_phone.clone_from(&old.number_phone),
            ProfileField::FirstName => self.first_name.clone_from(&old.first_name),
            ProfileField::LastName => self.last_name.clone_from(&old.last_name),
            ProfileField::Gender => self.gender.clone_from(&old.gender),
            ProfileField::Avatar => self.avatar.clone_from(&old.avatar),
        }
    }

    /// The row of user `id` after a change. What is shared stays so until another value takes its place.
    ///
    /// # Errors
    /// As [`PersonRow::into_person`].
    pub(crate) fn changed(self, id: i64, change: &ProfileChange) -> Result<Self, RepositoryError> {
        let (email, number) = (self.shared_email.clone(), self.shared_mobile_number.clone());
        let mut person = self.into_person(id)?;
        change.apply_to(&mut person);
        let mut row = Self::from(person);
        if email.is_some() && row.email == email {
            row.share(UniqueKey::Email);
        }
        if number.is_some() && row.mobile_number == number {
            row.share(UniqueKey::MobileNumber);
        }
        Ok(row)
    }

    /// The person of user `id`.
    ///
    /// # Errors
    /// [`RepositoryError::Inconsistent`] for an unknown gender.
    pub(crate) fn into_person(self, id: i64) -> Result<Person, RepositoryError> {
        let gender = self.gender.as_deref().map(str::parse::<Gender>).transpose();
        Ok(Person {
            username: self.username,
            email: self.email.or(self.shared_email),
            mobile_number: self.mobile_number.or(self.shared_mobile_number),
            number_phone: self.number_phone,
            first_name: self.first_name,
            last_name: self.last_name,
            gender: gender.map_err(|source| RepositoryError::Inconsistent {
                entity: "user",
                id,
                source: Box::new(source),
            })?,
            avatar: self.avatar,
        })
    }
}
