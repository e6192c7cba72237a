// A MongoDB-compatible server for the tests: FerretDB over SQLite, its data in a folder.
//
// It prints one line of JSON when it listens, and ends when its standard input does: with the test that started it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	folder := flag.String("folder", "", "folder of the data; it must exist")
	port := flag.Int("port", 0, "port of 127.0.0.1 to listen on; 0 takes any free one")
	flag.Parse()
	if err := serve(*folder, *port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(folder string, port int) error {
	path, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:" + strconv.Itoa(port)},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:" + path + "/",
	})
	if err != nil {
		return err
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	go func() {
		address, _ := url.Parse(server.MongoDBURI()) // waits until it listens
		listening, _ := strconv.Atoi(address.Port())
		json.NewEncoder(os.Stdout).Encode(map[string]int{"port": listening})
	}()
	return server.Run(ctx)
}
