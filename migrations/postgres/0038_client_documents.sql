-- Applications that a document describes: their client id is its address, and admission is 'document'.
create table client_documents (
    application_id text   primary key references applications (id),
    -- The network that first asked for it.
    network        text   not null,
    -- When the document was last read.
    read_at        bigint not null
);
create index applications_of_documents on applications (created_at) where admission = 'document';
