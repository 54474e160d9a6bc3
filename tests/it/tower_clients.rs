//! Tower's own clients, unmodified, as judges: exit status, output, and the requests that they send.

mod awx;
mod awxkit;
mod directory;
mod rights;
mod site;
mod tokens;
mod users;
