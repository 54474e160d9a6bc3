//! The binary as its operators meet it, and the settings it is run with.

mod accounts;
mod at_rest;
mod attributes;
mod audit;
mod beginnings;
mod configuration;
mod directory;
mod dump;
mod dump_forms;
mod groups;
mod hosts;
mod import_django;
mod import_people;
mod issuers;
mod keys;
mod keys_document;
mod log_secrets;
mod media;
mod migrate;
mod passwords;
mod quickstart;
mod sandbox;
mod secrets;
mod serve;
mod settings;
mod user_set;
