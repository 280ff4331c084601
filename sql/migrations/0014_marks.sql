-- What analysts say of events on the pages: right or wrong, and why.

CREATE TABLE tocsin.marks (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id       bigint NOT NULL,
    event_date     date NOT NULL,
    event_revision integer NOT NULL,
    verdict        text NOT NULL,
    wrong_about    text[] NOT NULL DEFAULT '{}',
    note           text NOT NULL DEFAULT '',
    marked_by      text NOT NULL,
    marked_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT marks_event_key UNIQUE (event_id, marked_by),
    CONSTRAINT marks_verdict CHECK (verdict IN ('right', 'wrong')),
    CONSTRAINT marks_wrong_about CHECK (
        wrong_about <@ ARRAY['event', 'type', 'actor', 'recipient', 'place', 'date', 'status', 'count']
        AND (verdict = 'wrong') = (cardinality(wrong_about) > 0)
    ),
    CONSTRAINT marks_note_length CHECK (length(note) <= 2000)
);
COMMENT ON TABLE tocsin.marks IS 'One row an event and analyst: what he said of it last.';
COMMENT ON COLUMN tocsin.marks.id IS 'Identity.';
COMMENT ON COLUMN tocsin.marks.event_id IS 'Event that was marked.';
COMMENT ON COLUMN tocsin.marks.event_date IS 'Its first day.';
COMMENT ON COLUMN tocsin.marks.event_revision IS 'Revision of the event that was looked at.';
COMMENT ON COLUMN tocsin.marks.verdict IS 'right or wrong.';
COMMENT ON COLUMN tocsin.marks.wrong_about IS 'What is wrong: event (there is none), type, actor, recipient, place, date, status, count.';
COMMENT ON COLUMN tocsin.marks.note IS 'Why, in the analyst''s words.';
COMMENT ON COLUMN tocsin.marks.marked_by IS 'Login of the analyst.';
COMMENT ON COLUMN tocsin.marks.marked_at IS 'When it was said last.';
