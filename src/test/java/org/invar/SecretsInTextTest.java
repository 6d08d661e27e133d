package org.invar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords, tokens and keys in text that somebody will read. */
class SecretsInTextTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      textBlock =
          """
          jdbc:postgresql://h/db?user=u&password=HUNTER2&ssl=true | jdbc:postgresql://h/db?user=u&password=*****&ssl=true
          jdbc:sqlserver://h;user=u;password={a;b HUNTER2};x=1    | jdbc:sqlserver://h;user=u;password=*****;x=1
          jdbc:oracle:thin:scott/HUNTER2@//h:1521/db              | jdbc:oracle:thin:*****@//h:1521/db
          s3a://KEY:HUNTER2@bucket/x.csv                          | s3a://*****@bucket/x.csv
          s3a://KEY:a/b+HUNTER2@bucket/x@y.csv                    | s3a://*****@bucket/x@y.csv
          ftp://u:p@HUNTER2@host/x                                | ftp://*****@host/x
          https://HUNTER2@host/x?a=b@c                            | https://*****@host/x?a=b@c
          x://me@corp.com:HUNTER2@host                            | x://*****@host
          x://me@corp.com:a/HUNTER2@host                          | x://*****@host
          x://user:123/HUNTER2@host                               | x://*****@host
          abfss://c@a.dfs.core.windows.net:HUNTER2@host           | abfss://*****@host
          hdfs://me:HUNTER2@host/x                                | hdfs://*****@host/x
          https://a.blob.core.windows.net/c/x?sv=1&sig=HUNTER2%3D | https://a.blob.core.windows.net/c/x?sv=1&sig=*****
          https://b/x?X-Amz-Signature=HUNTER2&X-Amz-Date=1        | https://b/x?X-Amz-Signature=*****&X-Amz-Date=1
          {url=x, password=HUNTER2, dbtable=t}                    | {url=x, password=***** dbtable=t}
          --option fs.s3a.secret.key=HUNTER2                      | --option fs.s3a.secret.key=*****
          es.net.http.auth.pass=HUNTER2                           | es.net.http.auth.pass=*****
          accountKey = "a HUNTER2" b                              | accountKey = ***** b
          the key AKIAIOSFODNN7HUNTER2 is unknown                 | the key ***** is unknown
          """)
  void areHidden(String text, String hidden) {
    assertEquals(hidden, Secrets.hidden(text));
    assertEquals(hidden, new InvarException(text).getMessage());
    assertEquals(hidden, Secrets.hidden(hidden), "hiding twice changes nothing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hdfs://namenode:8020/user/a@corp/x.csv",
        "abfss://container@account.dfs.core.windows.net/x",
        "abfs://container@account/x@y.csv, wasb://c@a/x and wasbs://c@a.blob.core.windows.net/x",
        "hdfs://me@namenode:8020/a@b.csv",
        "jdbc:mysql://host:3306/db?user=me@corp",
        "me@corp.com and file:///home/a@b and https://host/@scope/x and {\"mail\": \"me@corp.com\"}",
        "http://host:80 and somebody@example.org",
        "tokens=50 and maxTokens=3, design=4",
        "conf/x.yaml:3: data.train.options.password: expected text, found nothing.",
        "s3a://bucket/monkey=5/x.parquet",
      })
  void othersStay(String text) {
    assertEquals(text, Secrets.hidden(text));
  }

  @Test
  void namesOfSecrets() {
    for (String name :
        new String[] {
          "password",
          "PWD",
          "fs.s3a.access.key",
          "fs.s3a.secret.key",
          "sessionToken",
          "fs.azure.account.key.x.dfs.core.windows.net",
          "fs.azure.sas.c.a.blob.core.windows.net",
          "kafka.sasl.jaas.config",
          "awsAccessKeyId",
          "sig",
          "credentials"
        }) {
      assertTrue(Secrets.isNamed(name), name);
    }
    for (String name : new String[] {"header", "url", "dbtable", "user", "sep", "design", "key"}) {
      assertFalse(Secrets.isNamed(name), name);
    }
  }
}
