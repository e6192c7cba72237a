process.env.SIJILL_TEST_EVENT_STORE = 'eventstoredb';
