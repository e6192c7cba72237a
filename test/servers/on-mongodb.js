process.env.SIJILL_TEST_READ_MODELS = 'mongodb';
